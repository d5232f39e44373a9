package dev.curia.broker.kafka.api;

import dev.curia.metadata.image.ScramCredentials;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData.UserName;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData.CredentialInfo;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData.DescribeUserScramCredentialsResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeUserScramCredentialsRequest;
import org.apache.kafka.common.requests.DescribeUserScramCredentialsResponse;

/** Says which users have SCRAM credentials, and of which kind; never their salts or keys (KIP-554). */
final class DescribeScramCredentialsHandler implements RequestHandler<DescribeUserScramCredentialsRequest> {
    private final ClusterView cluster;

    DescribeScramCredentialsHandler(ClusterView cluster) {
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 0;
    }

    @Override
    public CompletionStage<DescribeUserScramCredentialsResponse> handle(
            RequestContext context, DescribeUserScramCredentialsRequest request) {
        ScramCredentials credentials = cluster.image().scram();
        List<UserName> named = request.data().users();
        Map<String, Integer> times = new TreeMap<>();
        if (named == null || named.isEmpty()) credentials.users().forEach(user -> times.put(user, 1));
        else named.forEach(user -> times.merge(user.name(), 1, Integer::sum));
        return CompletableFuture.completedFuture(new DescribeUserScramCredentialsResponse(
                new DescribeUserScramCredentialsResponseData()
                        .setResults(times.entrySet().stream()
                                .map(user -> describe(credentials, user.getKey(), user.getValue()))
                                .toList())));
    }

    private static DescribeUserScramCredentialsResult describe(ScramCredentials credentials, String user, int times) {
        DescribeUserScramCredentialsResult result = new DescribeUserScramCredentialsResult().setUser(user);
        if (times > 1) {
            return result.setErrorCode(Errors.DUPLICATE_RESOURCE.code())
                    .setErrorMessage("User '" + user + "' is " + times + " times in the request; name it once.");
        }
        if (credentials.of(user).isEmpty()) {
            return result.setErrorCode(Errors.RESOURCE_NOT_FOUND.code())
                    .setErrorMessage("User '" + user + "' has no SCRAM credentials.");
        }
        return result.setCredentialInfos(credentials.of(user).entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> new CredentialInfo()
                        .setMechanism((byte) entry.getKey().getNumber())
                        .setIterations(entry.getValue().iterations()))
                .toList());
    }
}
