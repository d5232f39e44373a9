/** Is this machine fit to run Curia? Read {@link dev.curia.admin.doctor.HostChecks} first: it judges facts, and gathers none. */
@NullMarked
package dev.curia.admin.doctor;

import org.jspecify.annotations.NullMarked;
