/**
 * Who may do what: the entries, and the decision over one request. Pure. Read {@link dev.curia.metadata.acl.Authorizer} first.
 *
 * <p>Knows nothing of the rest of the metadata, so that the image can hold {@link dev.curia.metadata.acl.Acls}.
 */
@NullMarked
package dev.curia.metadata.acl;

import org.jspecify.annotations.NullMarked;
