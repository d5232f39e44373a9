/** The threading model: one owner thread per piece of state. Read {@link dev.curia.common.loop.EventLoop} first. */
@NullMarked
package dev.curia.common.loop;

import org.jspecify.annotations.NullMarked;
