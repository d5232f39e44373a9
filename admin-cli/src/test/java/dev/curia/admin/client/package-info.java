/** Tests. */
@NullMarked
package dev.curia.admin.client;

import org.jspecify.annotations.NullMarked;
