package dev.curia.log;

import dev.curia.log.epoch.EpochHistory;
import dev.curia.log.producer.ProducerStates;

/**
 * What opening a partition's directory found.
 *
 * @param recoveryPoint everything before it is on disk
 * @param storedEpochs what the epoch file holds, which may be behind what the log says
 * @param clean whether all files are as a clean stop left them
 */
record LoadedLog(
        LogView view, ProducerStates producers, long recoveryPoint, EpochHistory storedEpochs, boolean clean) {}
