package dev.curia.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CurveTableTest {
    @Test
    void aRowSaysWhatItCostsAtEachSizeAndHowItGrows() {
        Curves curves = DimensionTest.curves(1, 10, 1_000);
        curves.add(1, "flat, ms", 2);
        curves.add(10, "flat, ms", 2);
        curves.add(1_000, "flat, ms", 2);
        curves.add(1, "square, s", 0.01);
        curves.add(10, "square, s", 1);
        assertThat(CurveTable.of(curves)).isEqualTo("""
                ### Things
                | | 1 of them | 10 of them | 1000 of them | exponent | last step | linear or better |
                | --- | ---: | ---: | ---: | ---: | ---: | --- |
                | flat, ms | 2.00 | 2.00 | 2.00 | 0.00 | 0.00 | yes |
                | square, s | 0.0100 | 1.00 | | 2.00 | 2.00 | **no** |

                So it was measured.
                """);
    }

    @Test
    void numbersHaveThreeDigits() {
        assertThat(CurveTable.number(0)).isEqualTo("0");
        assertThat(CurveTable.number(0.00123)).isEqualTo("0.0012");
        assertThat(CurveTable.number(0.123)).isEqualTo("0.123");
        assertThat(CurveTable.number(9.876)).isEqualTo("9.88");
        assertThat(CurveTable.number(98.76)).isEqualTo("98.8");
        assertThat(CurveTable.number(100)).isEqualTo("100");
        assertThat(CurveTable.number(1_234_567)).isEqualTo("1,234,567");
    }
}
