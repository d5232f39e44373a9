/** How programs of the command line show things: tables for people, JSON for programs. Read {@link dev.curia.common.text.Table} first. */
@NullMarked
package dev.curia.common.text;

import org.jspecify.annotations.NullMarked;
