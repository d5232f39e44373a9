/**
 * The active controller: takes requests, has {@code decide} decide them, puts the records into the metadata log and answers after
 * commit. One loop owns all of its state. Read {@link dev.curia.metadata.controller.ActiveController} first, then {@code
 * ProposalPipeline} (how records get into the log) and {@code BrokerSessions} (who is alive).
 */
@NullMarked
package dev.curia.metadata.controller;

import org.jspecify.annotations.NullMarked;
