package dev.curia.metadata.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.testkit.Check;
import org.junit.jupiter.api.Test;

class BatchChainTest {
    @Test
    void aTermBeginsWithItsFirstBatch() {
        assertThat(BatchChain.START.accepts(1, 1, 1)).isTrue();
        assertThat(BatchChain.START.accepts(1, 1, 2)).isFalse();
        assertThat(new BatchChain(1, 5).accepts(2, 2, 1)).isTrue();
        assertThat(new BatchChain(1, 5).accepts(2, 2, 6)).isFalse();
    }

    @Test
    void withinATermEachBatchFollowsTheOneBefore() {
        BatchChain chain = new BatchChain(3, 5);
        assertThat(chain.accepts(3, 3, 6)).isTrue();
        assertThat(chain.accepts(3, 3, 5)).as("a repetition").isFalse();
        assertThat(chain.accepts(3, 3, 7)).as("a hole").isFalse();
    }

    @Test
    void aBatchDecidedInAnotherTermThanItsEntrysNeverCounts() {
        assertThat(new BatchChain(3, 5).accepts(4, 3, 6)).isFalse();
        assertThat(new BatchChain(3, 5).accepts(4, 3, 1)).isFalse();
        assertThat(new BatchChain(3, 5).accepts(3, 4, 1)).isFalse();
    }

    @Test
    void sequenceZeroIsNeverAccepted() {
        Check.forAll(
                500,
                random -> new long[] {random.nextLong(5), random.nextLong(5), random.nextLong(5), random.nextLong(5)},
                n -> assertThat(new BatchChain(n[0], n[1]).accepts(n[2], n[3], 0))
                        .isFalse());
    }
}
