package dev.curia.bench.floor;

import dev.curia.bench.product.Waits;
import dev.curia.common.time.Clock;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A leader and its followers: a record is written to a file and sent to each follower, which writes it to a file of its own and acknowledges it; when all
 * have, its producer is answered and its consumer, which has asked before, gets it. Each record by itself, as it comes.
 */
final class BareReplication implements Closeable {
    private static final int RECORD_BYTES = 1_024 + 100; // with what a batch and a frame have around it
    private static final int ANSWER_BYTES = 64;
    private static final ByteBuffer RECORD = ByteBuffer.allocateDirect(RECORD_BYTES);
    private static final ByteBuffer ANSWER = ByteBuffer.allocateDirect(ANSWER_BYTES);

    private final Clock clock;
    private final List<Closeable> open = new ArrayList<>();
    private final List<BareNode> nodes = new ArrayList<>();
    private final BarePair producer;
    private final BarePair consumer;
    private final Leader leader;

    /** @param directory takes a file of each */
    BareReplication(int followers, Path directory, Clock clock) throws IOException {
        this.clock = clock;
        this.producer = pair();
        this.consumer = pair();
        BareNode first = node("leader");
        this.leader = new Leader(file(directory.resolve("leader")), producer.other(), consumer.other());
        first.serve(producer.other(), RECORD_BYTES, leader::append);
        first.serve(consumer.other(), ANSWER_BYTES, leader::fetch);
        for (int i = 0; i < followers; i++) {
            BarePair link = pair();
            FileChannel file = file(directory.resolve("follower-" + i));
            leader.followers.add(link.one());
            first.serve(link.one(), ANSWER_BYTES, leader::acknowledged);
            node("follower-" + i).serve(link.other(), RECORD_BYTES, record -> {
                file.write(record);
                BareNode.send(link.other(), ANSWER.duplicate());
            });
        }
        nodes.forEach(BareNode::start);
    }

    /** Confined to its thread. */
    private static final class Leader {
        final List<SocketChannel> followers = new ArrayList<>();
        private final FileChannel file;
        private final SocketChannel producer;
        private final SocketChannel consumer;
        private int acknowledgements;
        private int acknowledged; // records that the consumer has not got
        private boolean asked;

        Leader(FileChannel file, SocketChannel producer, SocketChannel consumer) {
            this.file = file;
            this.producer = producer;
            this.consumer = consumer;
        }

        void append(ByteBuffer record) throws IOException {
            file.write(record.duplicate());
            for (SocketChannel follower : followers) BareNode.send(follower, record.duplicate());
            if (followers.isEmpty()) committed();
        }

        void acknowledged(ByteBuffer acknowledgement) throws IOException {
            if (++acknowledgements % followers.size() == 0) committed();
        }

        private void committed() throws IOException {
            BareNode.send(producer, ANSWER.duplicate());
            acknowledged++;
            serveFetch();
        }

        void fetch(ByteBuffer request) throws IOException {
            asked = true;
            serveFetch();
        }

        private void serveFetch() throws IOException {
            if (!asked || acknowledged == 0) return;
            BareNode.send(consumer, RECORD.duplicate());
            acknowledged--;
            asked = false;
        }
    }

    private BareNode node(String name) throws IOException {
        BareNode node = new BareNode(name);
        nodes.add(node);
        return node;
    }

    private BarePair pair() throws IOException {
        BarePair pair = BarePair.open();
        open.add(pair);
        return pair;
    }

    private FileChannel file(Path path) throws IOException {
        FileChannel file = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        open.add(file);
        return file;
    }

    /**
     * One record after the other, each when it is due and the one before is acknowledged.
     *
     * @return microseconds of processors that leader and followers took for each
     */
    double cpuMicros(int perSecond, double warmSeconds, double seconds) throws IOException {
        Thread reader = new Thread(this::consume, "consumer");
        reader.setDaemon(true);
        reader.start();
        produce(perSecond, warmSeconds);
        long before = cpuNanos();
        int records = produce(perSecond, seconds);
        return (cpuNanos() - before) / 1e3 / records;
    }

    private long cpuNanos() {
        return nodes.stream().mapToLong(BareNode::cpuNanos).sum();
    }

    private int produce(int perSecond, double seconds) throws IOException {
        ByteBuffer answer = ByteBuffer.allocateDirect(ANSWER_BYTES);
        long start = clock.monotonicNanos();
        int records = 0;
        for (; clock.monotonicNanos() - start < seconds * 1e9; records++) {
            Waits.until(start + records * 1_000_000_000L / perSecond);
            producer.one().write(RECORD.duplicate());
            read(producer.one(), answer);
        }
        return records;
    }

    private void consume() {
        ByteBuffer record = ByteBuffer.allocateDirect(RECORD_BYTES);
        try {
            while (true) {
                consumer.one().write(ANSWER.duplicate());
                read(consumer.one(), record);
            }
        } catch (IOException closed) {
            // That is how it ends.
        }
    }

    private static void read(SocketChannel channel, ByteBuffer whole) throws IOException {
        whole.clear();
        while (whole.hasRemaining()) {
            if (channel.read(whole) < 0) throw new EOFException("closed: " + channel);
        }
    }

    @Override
    public void close() throws IOException {
        for (BareNode node : nodes) node.close();
        for (Closeable each : open) each.close();
    }
}
