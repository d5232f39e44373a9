/** Commands on the files of a stopped broker, and how they show what they find. Read {@link dev.curia.broker.tool.LogCommand} first. */
@NullMarked
package dev.curia.broker.tool;

import org.jspecify.annotations.NullMarked;
