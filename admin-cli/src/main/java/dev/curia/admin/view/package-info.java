/** How answers look: tables for people, JSON for programs. Read {@link dev.curia.admin.view.Table} first. */
@NullMarked
package dev.curia.admin.view;

import org.jspecify.annotations.NullMarked;
