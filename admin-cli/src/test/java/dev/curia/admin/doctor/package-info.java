@NullMarked
package dev.curia.admin.doctor;

import org.jspecify.annotations.NullMarked;
