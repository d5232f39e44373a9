/** The {@code curia} command. Read {@link dev.curia.admin.Main} first, then the package of commands. */
@NullMarked
package dev.curia.admin;

import org.jspecify.annotations.NullMarked;
