package dev.curia.log;

import static dev.curia.log.LogFixture.config;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.curia.common.config.ConfigException;
import dev.curia.log.batch.Codec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogConfigTest {
    @Test
    void codecsHaveKafkasLevels() {
        assertThat(config().batches().codec()).isEmpty();
        assertThat(config("compression.type", "uncompressed").batches().codec()).contains(Codec.NONE);
        assertThat(config("compression.type", "snappy").batches().codec()).contains(Codec.SNAPPY);
        for (int id = 0; id <= Codec.HIGHEST_ID; id++) {
            String name = new String[] {"uncompressed", "gzip", "snappy", "lz4", "zstd"}[id];
            assertThat(config("compression.type", name).batches().codec()).contains(Codec.of(id));
        }
        assertThat(config("compression.type", "gzip", "compression.gzip.level", "9", "compression.lz4.level", "3")
                        .batches()
                        .codec())
                .contains(Codec.gzip(9));
        assertThat(config("compression.type", "lz4", "compression.lz4.level", "17")
                        .batches()
                        .codec())
                .contains(Codec.lz4(17));
        assertThat(config("compression.type", "zstd", "compression.zstd.level", "-7")
                        .batches()
                        .codec())
                .contains(Codec.zstd(-7));
    }

    @ParameterizedTest
    @CsvSource({"gzip,0", "gzip,10", "gzip,-2", "lz4,0", "lz4,18", "zstd,23", "zstd,-131073"})
    void otherLevelsAreRefused(String codec, String level) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> config("compression.type", codec, "compression." + codec + ".level", level))
                .withMessageContaining("compression." + codec + ".level")
                .withMessageContaining(level);
    }
}
