package dev.curia.broker.fuzz;

import dev.curia.broker.fuzz.FuzzClient.Fate;
import dev.curia.broker.kafka.codec.MalformedRequestException;
import dev.curia.broker.kafka.codec.RequestCodec;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.CreatePartitionsRequest;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.common.requests.RequestHeader;

/** One client's share of the requests: each kind and version in turn. Not thread-safe. */
final class FuzzRun {
    /** More would be made, as it was asked to, and take the machine's time and files. */
    private static final int MAX_PARTITIONS = 20;

    private record Form(ApiKeys api, short version) {}

    private final InetSocketAddress node;
    private final RandomGenerator random;
    private final RandomBody bodies;
    private final Mutation mutation;

    FuzzRun(InetSocketAddress node, RandomGenerator random) {
        this.node = node;
        this.random = random;
        this.bodies = new RandomBody(random);
        this.mutation = new Mutation(random);
    }

    Map<Fate, Integer> send(int requests) throws IOException {
        List<Form> forms = forms();
        Map<Fate, Integer> fates = new EnumMap<>(Fate.class);
        try (FuzzClient client = new FuzzClient(node)) {
            for (int i = 0; i < requests; i++) {
                fates.merge(one(client, forms.get(random.nextInt(forms.size()))), 1, Integer::sum);
            }
        }
        return fates;
    }

    private Fate one(FuzzClient client, Form form) throws IOException {
        byte[] frame = frame(form);
        while (wouldMakeMany(frame)) frame = frame(form);
        return random.nextInt(100) == 0 ? client.leave(mutation.lie(frame)) : client.send(frame);
    }

    private byte[] frame(Form form) {
        int kind = random.nextInt(10);
        if (kind == 0) {
            byte[] noise = new byte[random.nextInt(300)];
            random.nextBytes(noise);
            return FuzzClient.frame(form.api, form.version, 1, ByteBuffer.wrap(noise));
        }
        ByteBuffer body = bodies.of(form.api.messageType.requestSchemas()[form.version]);
        byte[] good = FuzzClient.frame(form.api, form.version, 1, body);
        return kind < 6 ? good : mutation.of(good);
    }

    /** What the node advertises, as far as it has a form. */
    private List<Form> forms() throws IOException {
        RequestHeader header = new RequestHeader(ApiKeys.API_VERSIONS, (short) 3, "fuzz", 1);
        ApiVersionsRequestData request =
                new ApiVersionsRequestData().setClientSoftwareName("fuzz").setClientSoftwareVersion("1");
        ByteBuffer body = MessageUtil.toByteBufferAccessor(request, (short) 3).buffer();
        List<Form> forms = new ArrayList<>();
        try (Socket socket = new Socket(node.getAddress(), node.getPort())) {
            socket.getOutputStream().write(FuzzClient.frame(ApiKeys.API_VERSIONS, 3, 1, body));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[in.readInt()];
            in.readFully(answer);
            ApiVersionsResponse response =
                    (ApiVersionsResponse) AbstractResponse.parseResponse(ByteBuffer.wrap(answer), header);
            response.data().apiKeys().forEach(range -> {
                ApiKeys api = ApiKeys.forId(range.apiKey());
                for (int v = Math.max(range.minVersion(), api.oldestVersion()); v <= range.maxVersion(); v++) {
                    forms.add(new Form(api, (short) v));
                }
            });
        }
        return forms;
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
