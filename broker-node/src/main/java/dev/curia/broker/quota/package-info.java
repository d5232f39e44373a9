/**
 * What clients may use at most, and how long they have to wait: the limits of the metadata, and what each of those who share one has used. Begin
 * with {@link dev.curia.broker.quota.Quotas}.
 */
@NullMarked
package dev.curia.broker.quota;

import org.jspecify.annotations.NullMarked;
