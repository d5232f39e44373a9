package dev.curia.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class RatioChartTest {
    private static Comparison of(Figure figure, double curia, double kafka) {
        return new Comparison(figure, new Sample(List.of(curia, curia)), new Sample(List.of(kafka, kafka)));
    }

    private static Document draw(Comparison... comparisons) throws Exception {
        byte[] svg = RatioChart.of(List.of(comparisons)).getBytes(StandardCharsets.UTF_8);
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(svg));
    }

    private static List<Element> elements(Document svg, String name) {
        NodeList nodes = svg.getElementsByTagName(name);
        List<Element> all = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) all.add((Element) nodes.item(i));
        return all;
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    @Test
    void barsReachFromOneToTheRatio() throws Exception {
        Document svg = draw(
                of(Figure.less("A", "quarter"), 1, 4),
                of(Figure.more("A", "double"), 2, 1),
                of(Figure.more("B", "half"), 1, 2));
        List<Element> bars = elements(svg, "rect");
        assertThat(bars).extracting(b -> b.getAttribute("class")).containsExactly("better", "better", "worse");
        double one = number(bars.get(1), "x");
        double doubled = number(bars.get(1), "width");
        assertThat(number(bars.get(0), "x") + number(bars.get(0), "width")).isCloseTo(one, within(0.2));
        assertThat(number(bars.get(0), "width")).as("logarithmic").isCloseTo(2 * doubled, within(0.2));
        assertThat(number(bars.get(2), "width")).isCloseTo(doubled, within(0.2));
        assertThat(elements(svg, "text"))
                .extracting(Element::getTextContent)
                .contains("A", "B", "quarter", "0.25", "1/4");
    }

    @Test
    void targetsAreMarkedWhereTheyAre() throws Exception {
        Document svg = draw(of(Figure.less("A", "met").withTarget(0.25), 1, 4));
        Element bar = elements(svg, "rect").get(0);
        assertThat(elements(svg, "line").stream()
                        .filter(l -> "target".equals(l.getAttribute("class")))
                        .map(l -> number(l, "x1")))
                .containsExactly(number(bar, "x"));
    }

    @Test
    void allThatIsDrawnIsInside() throws Exception {
        Document svg = draw(
                of(Figure.less("A <&>", "a hundredth").withTarget(0.001), 1, 100),
                of(Figure.more("A <&>", "much"), 90, 1));
        Element root = svg.getDocumentElement();
        for (Element bar : elements(svg, "rect")) {
            assertThat(number(bar, "x")).isNotNegative();
            assertThat(number(bar, "x") + number(bar, "width")).isLessThanOrEqualTo(number(root, "width"));
            assertThat(number(bar, "y") + number(bar, "height")).isLessThan(number(root, "height"));
        }
        for (Element line : elements(svg, "line")) {
            assertThat(number(line, "x1")).isBetween(0.0, number(root, "width"));
        }
    }

    @Test
    void whatHasNoRatioIsLeftOut() throws Exception {
        Document svg =
                draw(new Comparison(Figure.less("A", "once"), new Sample(List.of(1.0)), new Sample(List.of(4.0))));
        assertThat(elements(svg, "rect")).isEmpty();
        assertThat(svg.getDocumentElement().getTextContent())
                .contains("prefers-color-scheme: dark")
                .doesNotContain("once");
    }
}
