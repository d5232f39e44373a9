/** Tests of the file of a backup. */
@NullMarked
package dev.curia.backup;

import org.jspecify.annotations.NullMarked;
