package dev.curia.broker.tool;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.text.Json;
import dev.curia.log.batch.BatchView;
import dev.curia.log.batch.RecordLister.LoggedHeader;
import dev.curia.log.batch.RecordLister.LoggedRecord;
import dev.curia.log.epoch.EpochHistory;
import dev.curia.log.inspect.AbortedTransactions.Aborted;
import dev.curia.log.inspect.DumpSink;
import dev.curia.log.inspect.LogDirectoryState;
import dev.curia.log.inspect.Markers;
import dev.curia.log.inspect.PartitionFiles;
import dev.curia.log.inspect.SegmentScan;
import dev.curia.log.producer.SnapshotReader.Producer;
import dev.curia.log.segment.SparseIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files as JSON, an object a line. */
final class DumpJson implements DumpSink {
    private final Output out;
    private final ShownBytes bytes;

    DumpJson(Output out, ShownBytes bytes) {
        this.out = out;
        this.bytes = bytes;
    }

    @Override
    public void directory(LogDirectoryState state) throws IOException {
        Json.Obj json = of("directory").put("path", state.path().toString());
        state.identity()
                .ifPresent(identity -> json.put("clusterId", identity.clusterId())
                        .put("nodeId", identity.nodeId())
                        .put("directoryId", identity.directoryId().toString()));
        json.put("stoppedCleanly", state.stoppedCleanly());
        if (state.brokerEpoch().isPresent())
            json.put("brokerEpoch", state.brokerEpoch().getAsLong());
        line(json);
    }

    @Override
    public void checkpoint(Path file, TopicPartition partition, long offset) throws IOException {
        line(of("checkpoint")
                .put("file", String.valueOf(file.getFileName()))
                .put("topic", partition.topic())
                .put("partition", partition.partition())
                .put("offset", offset));
    }

    @Override
    public void partition(PartitionFiles files, String topicId) throws IOException {
        line(of("partition")
                .put("name", files.label())
                .put("topicId", topicId.equals("none") ? null : topicId)
                .put("segments", files.segments().size()));
    }

    @Override
    public void malformed(Path file, String what) throws IOException {
        line(of("malformed").put("file", file.toString()).put("message", what));
    }

    @Override
    public void epoch(Path file, EpochHistory.Entry entry) throws IOException {
        line(of("epoch").put("epoch", entry.epoch()).put("startOffset", entry.startOffset()));
    }

    @Override
    public void segment(SegmentScan scan, long baseOffset) throws IOException {
        line(of("segment")
                .put("file", scan.path().toString())
                .put("baseOffset", baseOffset)
                .put("bytes", scan.fileBytes()));
    }

    @Override
    public void batch(SegmentScan scan) throws IOException {
        BatchView batch = scan.batch();
        line(of("batch")
                .put("position", scan.position())
                .put("baseOffset", batch.baseOffset())
                .put("lastOffset", batch.lastOffset())
                .put("count", batch.recordCount())
                .put("bytes", batch.sizeInBytes())
                .put("leaderEpoch", batch.leaderEpoch())
                .put("magic", batch.magic())
                .put("codec", DumpText.codec(batch))
                .put("baseTimestamp", batch.baseTimestamp())
                .put("maxTimestamp", batch.maxTimestamp())
                .put("timestampType", batch.isLogAppendTime() ? "LogAppendTime" : "CreateTime")
                .put("producerId", batch.producerId())
                .put("producerEpoch", batch.producerEpoch())
                .put("baseSequence", batch.baseSequence())
                .put("lastSequence", batch.lastSequence())
                .put("transactional", batch.isTransactional())
                .put("control", batch.isControl())
                .put("deleteHorizon", batch.hasDeleteHorizon())
                .put("crc", scan.storedCrc() & 0xffffffffL)
                .put("crcOk", scan.crcOk()));
    }

    @Override
    public void record(LoggedRecord record, boolean control) throws IOException {
        Json.Obj json = of("record").put("offset", record.offset()).put("timestamp", record.timestamp());
        if (record.sequence() >= 0) json.put("sequence", record.sequence());
        if (control) json.put("marker", Markers.text(record));
        bytes.json(json, "key", record.key());
        bytes.json(json, "value", record.value());
        List<Json.Obj> headers = new ArrayList<>();
        for (LoggedHeader header : record.headers()) {
            Json.Obj pair = Json.object().put("key", header.key());
            bytes.json(pair, "value", header.value());
            headers.add(pair);
        }
        line(json.put("headers", headers));
    }

    @Override
    public void noRecord(String why) throws IOException {
        line(of("undecodable").put("message", why));
    }

    @Override
    public void stretch(SegmentScan scan) throws IOException {
        line(of("no-batch")
                .put("position", scan.position())
                .put("bytes", scan.bytes())
                .put("zeros", scan.isZeros())
                .put("message", scan.defect()));
    }

    @Override
    public void index(Path file, long entries, int trailingBytes) throws IOException {
        line(of("index").put("file", file.toString()).put("entries", entries).put("trailingBytes", trailingBytes));
    }

    @Override
    public void offsetEntry(Path file, long baseOffset, SparseIndex.Entry entry) throws IOException {
        line(of("offset-entry").put("offset", baseOffset + entry.key()).put("position", entry.value()));
    }

    @Override
    public void timeEntry(Path file, long baseOffset, SparseIndex.Entry entry) throws IOException {
        line(of("time-entry").put("timestamp", entry.key()).put("offset", baseOffset + entry.value()));
    }

    @Override
    public void abortedTransaction(Path file, Aborted aborted) throws IOException {
        line(of("aborted-transaction")
                .put("version", aborted.version())
                .put("producerId", aborted.producerId())
                .put("firstOffset", aborted.firstOffset())
                .put("lastOffset", aborted.lastOffset())
                .put("lastStableOffset", aborted.lastStableOffset()));
    }

    @Override
    public void snapshot(Path file, long offset, List<Producer> producers) throws IOException {
        line(of("snapshot").put("file", file.toString()).put("offset", offset).put("producers", producers.size()));
        for (Producer producer : producers) {
            line(of("producer")
                    .put("producerId", producer.producerId())
                    .put("producerEpoch", producer.producerEpoch())
                    .put("lastSequence", producer.lastSequence())
                    .put("lastOffset", producer.lastOffset())
                    .put("offsetDelta", producer.offsetDelta())
                    .put("timestamp", producer.lastTimestamp())
                    .put("coordinatorEpoch", producer.coordinatorEpoch())
                    .put("currentTxnFirstOffset", producer.currentTxnFirstOffset()));
        }
    }

    private static Json.Obj of(String type) {
        return Json.object().put("type", type);
    }

    private void line(Json.Obj json) throws IOException {
        out.line(Json.compact(json));
    }
}
