/** Tests. */
@NullMarked
package dev.curia.admin.command;

import org.jspecify.annotations.NullMarked;
