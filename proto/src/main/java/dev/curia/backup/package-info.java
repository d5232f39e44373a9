/** The file of a backup of the metadata. Read {@link dev.curia.backup.MetadataBackup} first. */
@NullMarked
package dev.curia.backup;

import org.jspecify.annotations.NullMarked;
