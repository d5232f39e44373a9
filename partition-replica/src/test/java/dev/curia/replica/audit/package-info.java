/** Tests of what the replica auditor compares. */
@NullMarked
package dev.curia.replica.audit;

import org.jspecify.annotations.NullMarked;
