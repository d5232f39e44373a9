package dev.curia.broker.fuzz;

import dev.curia.broker.fuzz.Tally.Way;
import dev.curia.broker.kafka.api.ApiTable;
import dev.curia.broker.kafka.codec.MalformedRequestException;
import dev.curia.broker.kafka.codec.RequestCodec;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.CreatePartitionsRequest;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.common.requests.DescribeGroupsResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.RequestHeader;

/** One client's share of the requests: each kind and version in turn. Not thread-safe. */
final class FuzzRun {
    /** More would be made, as it was asked to, and take the machine's time and files. */
    private static final int MAX_PARTITIONS = 20;

    private static final int ASKS_WHAT_THERE_IS_EVERY = 500;
    private static final int LAST_PATIENCE_MILLIS = 20_000;

    /** Each form goes through all of it. */
    private static final List<Way> WAYS = List.of(
            Way.VALID,
            Way.MUTATED,
            Way.VALID,
            Way.MUTATED,
            Way.NOISE,
            Way.VALID,
            Way.MUTATED,
            Way.VALID,
            Way.MUTATED,
            Way.VALID);

    private final Door door;
    private final InetSocketAddress open;
    private final RandomGenerator random;
    private final RandomBody bodies;
    private final Mutation mutation;

    private int sent;

    /** @param open where nobody is asked who he is */
    FuzzRun(Door door, InetSocketAddress open, RandomGenerator random) {
        this.door = door;
        this.open = open;
        this.random = random;
        this.mutation = new Mutation(random);
        this.bodies = new RandomBody(random, mutation);
    }

    /** Goes on where the last ones ended. */
    Tally send(int requests) throws IOException {
        List<Form> forms = forms(door.address());
        Tally tally = new Tally();
        try (FuzzClient client = new FuzzClient(door, random);
                FuzzClient stranger = new FuzzClient(new Door(door.address(), List.of()), random)) {
            for (int end = sent + requests; sent < end; sent++) {
                if (sent % ASKS_WHAT_THERE_IS_EVERY == 0) askWhatThereIs();
                Form form = forms.get(sent % forms.size());
                boolean known = !ApiTable.isLogin(form.api()) || random.nextBoolean();
                one(known ? client : stranger, form, WAYS.get(sent / forms.size() % WAYS.size()), tally);
            }
            tally.unanswered(client.unanswered());
            tally.unanswered(stranger.unanswered());
        }
        return tally;
    }

    private void one(FuzzClient client, Form form, Way way, Tally tally) throws IOException {
        byte[] frame = frame(form, way);
        while (wouldMakeMany(frame)) frame = frame(form, way);
        if (form.api() == ApiKeys.SASL_AUTHENTICATE && random.nextBoolean()) client.send(Door.handshake());
        tally.count(form, way, client.send(frame));
        if (random.nextInt(100) == 0) tally.count(form, Way.LIE, client.leave(mutation.lie(frame)));
    }

    private byte[] frame(Form form, Way way) {
        if (way == Way.NOISE) {
            byte[] noise = new byte[random.nextInt(300)];
            random.nextBytes(noise);
            return FuzzClient.frame(form.api(), form.version(), 1, ByteBuffer.wrap(noise));
        }
        ByteBuffer body = bodies.of(form.api().messageType.requestSchemas()[form.version()]);
        byte[] good = FuzzClient.frame(form.api(), form.version(), 1, body);
        return way == Way.VALID ? good : mutation.of(good);
    }

    /** Ids that nobody could guess. */
    private void askWhatThereIs() throws IOException {
        List<Uuid> topics = new ArrayList<>();
        List<String> members = new ArrayList<>();
        MetadataRequestData allTopics = new MetadataRequestData().setTopics(null);
        ((MetadataResponse) call(open, ApiKeys.METADATA, 12, allTopics))
                .data()
                .topics()
                .forEach(topic -> topics.add(topic.topicId()));
        DescribeGroupsRequestData groups = new DescribeGroupsRequestData().setGroups(RandomBody.groups());
        ((DescribeGroupsResponse) call(open, ApiKeys.DESCRIBE_GROUPS, 5, groups))
                .data()
                .groups()
                .forEach(group -> group.members().forEach(member -> members.add(member.memberId())));
        bodies.know(topics, members);
    }

    /** What a node advertises, as far as it has a form. */
    static List<Form> forms(InetSocketAddress node) throws IOException {
        ApiVersionsRequestData request =
                new ApiVersionsRequestData().setClientSoftwareName("fuzz").setClientSoftwareVersion("1");
        List<Form> forms = new ArrayList<>();
        ((ApiVersionsResponse) call(node, ApiKeys.API_VERSIONS, 3, request))
                .data()
                .apiKeys()
                .forEach(range -> {
                    ApiKeys api = ApiKeys.forId(range.apiKey());
                    for (int v = Math.max(range.minVersion(), api.oldestVersion()); v <= range.maxVersion(); v++) {
                        forms.add(new Form(api, (short) v));
                    }
                });
        return forms;
    }

    private static AbstractResponse call(InetSocketAddress node, ApiKeys api, int version, ApiMessage request)
            throws IOException {
        ByteBuffer body =
                MessageUtil.toByteBufferAccessor(request, (short) version).buffer();
        try (Socket socket = new Socket(node.getAddress(), node.getPort())) {
            socket.setSoTimeout(LAST_PATIENCE_MILLIS);
            socket.getOutputStream().write(FuzzClient.frame(api, version, 1, body));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[in.readInt()];
            in.readFully(answer);
            return AbstractResponse.parseResponse(
                    ByteBuffer.wrap(answer), new RequestHeader(api, (short) version, "fuzz", 1));
        }
    }

    private static boolean wouldMakeMany(byte[] frame) {
        ByteBuffer bytes = ByteBuffer.wrap(frame, 4, frame.length - 4).slice();
        try {
            AbstractRequest request = RequestCodec.body(RequestCodec.header(bytes), bytes);
            if (request instanceof CreateTopicsRequest create) {
                return !create.data().validateOnly()
                        && create.data().topics().stream().anyMatch(t -> t.numPartitions() > MAX_PARTITIONS);
            }
            return request instanceof CreatePartitionsRequest add
                    && !add.data().validateOnly()
                    && add.data().topics().stream().anyMatch(t -> t.count() > MAX_PARTITIONS);
        } catch (MalformedRequestException e) {
            return false;
        }
    }
}
