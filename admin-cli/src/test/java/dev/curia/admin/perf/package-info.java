@NullMarked
package dev.curia.admin.perf;

import org.jspecify.annotations.NullMarked;
