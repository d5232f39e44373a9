/** What a command reads from people. Read {@link dev.curia.admin.view.LineReader} first. */
@NullMarked
package dev.curia.admin.view;

import org.jspecify.annotations.NullMarked;
