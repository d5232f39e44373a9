package dev.curia.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class CurveChartTest {
    private static Document draw(Curves... curves) throws Exception {
        byte[] svg = CurveChart.of(List.of(curves)).getBytes(StandardCharsets.UTF_8);
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(svg));
    }

    private static List<Element> elements(Document svg, String name) {
        NodeList nodes = svg.getElementsByTagName(name);
        List<Element> all = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) all.add((Element) nodes.item(i));
        return all;
    }

    /** Pairs of x and y. */
    private static List<double[]> points(Element line) {
        return Arrays.stream(line.getAttribute("points").split(" "))
                .map(pair -> Arrays.stream(pair.split(","))
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .toList();
    }

    private static Curves of(double... costs) {
        Curves curves = DimensionTest.curves(1, 10, 100);
        for (int i = 0; i < costs.length; i++) curves.add((long) Math.pow(10, i), "A <&> B", costs[i]);
        return curves;
    }

    @Test
    void aLinearCostLiesOnTheDashedLine() throws Exception {
        Document svg = draw(of(3, 30, 300));
        List<double[]> points = points(elements(svg, "polyline").get(0));
        Element dashed = elements(svg, "line").get(0);
        assertThat(points).hasSize(3);
        assertThat(points.get(0)[0]).isCloseTo(Double.parseDouble(dashed.getAttribute("x1")), within(0.2));
        assertThat(points.get(0)[1]).isCloseTo(Double.parseDouble(dashed.getAttribute("y1")), within(0.2));
        assertThat(points.get(2)[0]).isCloseTo(Double.parseDouble(dashed.getAttribute("x2")), within(0.2));
        assertThat(points.get(2)[1]).isCloseTo(Double.parseDouble(dashed.getAttribute("y2")), within(0.2));
        assertThat(points.get(1)[1] - points.get(2)[1])
                .as("logarithmic")
                .isCloseTo(points.get(0)[1] - points.get(1)[1], within(0.2));
    }

    @Test
    void whatIsWorseThanLinearStandsOut() throws Exception {
        Document svg = draw(of(1, 100, 10_000), of(1, 1, 1));
        assertThat(elements(svg, "polyline"))
                .extracting(line -> line.getAttribute("class"))
                .containsExactly("worse", "cost");
        assertThat(elements(svg, "text"))
                .extracting(Element::getTextContent)
                .contains("Things", "A <&> B", "1 of them", "100 of them", "10,000");
        assertThat(svg.getDocumentElement().getTextContent()).contains("prefers-color-scheme: dark");
    }

    @Test
    void allLiesWithinItsFrame() throws Exception {
        Document svg = draw(of(1, 100, 10_000), of(5, 0, 0.001), of(1, 1));
        List<Element> frames = elements(svg, "rect");
        List<Element> lines = elements(svg, "polyline");
        assertThat(frames).hasSameSizeAs(lines).hasSize(3);
        for (int i = 0; i < frames.size(); i++) {
            Element frame = frames.get(i);
            double x = Double.parseDouble(frame.getAttribute("x"));
            double y = Double.parseDouble(frame.getAttribute("y"));
            double height = Double.parseDouble(frame.getAttribute("height"));
            for (double[] point : points(lines.get(i))) {
                assertThat(point[0]).isBetween(x - 0.1, x + Double.parseDouble(frame.getAttribute("width")) + 0.1);
                assertThat(point[1]).isBetween(y - 0.1, y + height + 0.1);
            }
            Element dashed = elements(svg, "line").get(i);
            assertThat(Double.parseDouble(dashed.getAttribute("y2"))).isBetween(y - 0.1, y + height + 0.1);
            assertThat(y + height)
                    .isLessThan(Double.parseDouble(svg.getDocumentElement().getAttribute("height")));
        }
    }

    @Test
    void oneCostIsNoCurve() throws Exception {
        assertThat(elements(draw(of(1)), "polyline")).isEmpty();
    }
}
