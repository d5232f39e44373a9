/** The reference pages in docs/, generated from the code and checked against it. */
@NullMarked
package dev.curia.broker.docs;

import org.jspecify.annotations.NullMarked;
