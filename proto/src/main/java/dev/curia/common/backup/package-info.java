/** The file of a backup of the metadata. Read {@link dev.curia.common.backup.MetadataBackup} first. */
@NullMarked
package dev.curia.common.backup;

import org.jspecify.annotations.NullMarked;
