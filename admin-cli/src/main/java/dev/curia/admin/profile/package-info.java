/** What a person has set for all commands, or for those on one cluster. Read {@link dev.curia.admin.profile.Profile} first. */
@NullMarked
package dev.curia.admin.profile;

import org.jspecify.annotations.NullMarked;
