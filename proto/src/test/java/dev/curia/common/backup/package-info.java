/** Tests of the file of a backup. */
@NullMarked
package dev.curia.common.backup;

import org.jspecify.annotations.NullMarked;
