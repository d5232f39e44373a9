package dev.curia.metadata.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.quorum.MetadataDigests.Mismatch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetadataDigestsTest {
    private final List<Mismatch> told = new ArrayList<>();
    private final MetadataDigests digests = new MetadataDigests(told::add);
    private MetadataImage image = MetadataImage.EMPTY;

    private long commit(long index) {
        var records = List.of(ImageRecords.configRecord(ConfigResource.brokers(), "k", "v" + index));
        image = image.apply(index, records).image();
        digests.onCommitted(index, records, image);
        return image.digest();
    }

    @Test
    void aMemberThatDiffersIsToldOnceUntilItAgreesAgain() {
        long first = commit(3);
        long second = commit(7);
        digests.check("broker 1", 3, first);
        digests.check("broker 2", 7, second);
        assertThat(digests.mismatches()).isEmpty();

        digests.check("broker 2", 7, second + 1);
        digests.check("broker 2", 3, first + 1);
        Mismatch newest = new Mismatch("broker 2", 3, first, first + 1);
        assertThat(told).containsExactly(new Mismatch("broker 2", 7, second, second + 1));
        assertThat(digests.mismatches()).containsExactly(newest);

        digests.check("broker 2", 7, second);
        assertThat(digests.mismatches()).isEmpty();
        digests.check("broker 2", 7, 5);
        assertThat(told).hasSize(2);
        digests.forget();
        assertThat(digests.mismatches()).isEmpty();
    }

    @Test
    void whatIsNotKnownIsNotCompared() {
        commit(3);
        digests.check("broker 1", 2, 99);
        digests.check("broker 1", 4, 99);
        digests.check("broker 1", 3, 0);
        assertThat(told).isEmpty();

        digests.onSnapshotInstalled(image);
        commit(9);
        assertThat(digests.at(3)).hasValue(digests.at(3).orElseThrow());
        for (int i = 10; i < 10 + MetadataDigests.KEPT; i++) commit(i);
        assertThat(digests.at(9)).isEmpty();
        assertThat(digests.at(10)).isPresent();
        assertThat(digests.at(9 + MetadataDigests.KEPT)).hasValue(image.digest());
    }
}
