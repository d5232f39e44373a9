package dev.curia.log;

import dev.curia.log.producer.ProducerStates;

/**
 * What opening a partition's directory found.
 *
 * @param recoveryPoint everything before it is on disk
 */
record LoadedLog(LogView view, ProducerStates producers, long recoveryPoint) {}
