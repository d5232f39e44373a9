/**
 * Looks into the files of a log that no broker uses at the moment: shows them, checks them, changes nothing. What it says follows from the
 * files alone; memory is bounded whatever they hold. Read {@link dev.curia.log.inspect.LogTree} first.
 */
@NullMarked
package dev.curia.log.inspect;

import org.jspecify.annotations.NullMarked;
