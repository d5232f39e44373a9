/** One class a command. Read {@link dev.curia.admin.command.CuriaCommand} first. */
@NullMarked
package dev.curia.admin.command;

import org.jspecify.annotations.NullMarked;
