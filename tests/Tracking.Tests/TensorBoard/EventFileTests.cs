using Compression.Tracking.TensorBoard;

namespace Compression.Tracking.Tests.TensorBoard;

public sealed class EventFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _folder.Dispose();

    private string Written(Action<EventFile> write)
    {
        using var file = new EventFile(_folder.At("tensorboard"), _time);
        write(file);
        return file.FullPath;
    }

    private static WireMessage Value(WireMessage anEvent) => anEvent.Message(5).Message(1);

    [Fact]
    public void The_reader_of_these_tests_knows_the_published_checksum() =>
        Assert.Equal(0xe3069283u, EventFileReader.Crc32C("123456789"u8));

    [Fact]
    public void The_name_has_the_parts_that_viewers_sort_and_search_by()
    {
        string[] parts = Path.GetFileName(Written(_ => { })).Split('.');
        Assert.Equal(["events", "out", "tfevents", "1772600767"], parts[..4]);
        Assert.Equal(
            $"{Environment.MachineName}.{Environment.ProcessId}.0", string.Join('.', parts[4..]));
        Assert.EndsWith(".1", Written(_ => { }), StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_event_gives_the_version_and_is_there_at_once()
    {
        using var file = new EventFile(_folder.At("tensorboard"), _time);
        var first = Assert.Single(EventFileReader.Read(file.FullPath));
        Assert.Equal("brain.Event:2", first.Text(3));
        Assert.Equal(1772600767.0, first.Double(1));
    }

    [Fact]
    public void Every_scalar_reads_back_with_its_step_and_time()
    {
        var random = new Random(3);
        (string Tag, long Step, float Value)[] points =
        [
            ("a", 0, 0), ("a", 1, -0f), ("b/ü", long.MaxValue, float.NaN), ("b", 1L << 40, float.PositiveInfinity), ("b", -1, float.Epsilon),
            .. Enumerable.Range(0, 2000).Select(i => ("random", (long)i, BitConverter.Int32BitsToSingle(random.Next()))),
        ];
        string path = Written(file =>
        {
            foreach (var (tag, step, value) in points)
            {
                _time.Advance(0.25);
                file.Scalar(tag, step, value);
            }
        });

        var events = EventFileReader.Read(path).Skip(1).ToArray();
        Assert.Equal(points.Length, events.Length);
        foreach (var (point, read, index) in points.Zip(events, Enumerable.Range(1, points.Length)))
        {
            Assert.Equal(point.Tag, Value(read).Text(1));
            Assert.Equal(point.Step, read.Integer(2));
            Assert.Equal(1772600767.0 + (0.25 * index), read.Double(1));
            Assert.True(point.Value.Equals(Value(read).Float(2)), $"{point}");
        }
    }

    [Fact]
    public void A_text_reads_back_as_the_text_plugin_expects_it()
    {
        string text = "| β | ≤ |\n" + new string('x', 70_000);
        var read = EventFileReader.Read(Written(file => file.Text("messages", 7, text)))[1];
        Assert.Equal(7, read.Integer(2));
        Assert.Equal("messages", Value(read).Text(1));
        Assert.Equal("text", Value(read).Message(9).Message(1).Text(1));
        var tensor = Value(read).Message(8);
        Assert.Equal(7, tensor.Integer(1));
        Assert.Equal(1, tensor.Message(2).Message(2).Integer(1));
        Assert.Equal(text, tensor.Text(8));
    }

    [Fact]
    public void Every_value_of_a_histogram_is_counted_in_the_bucket_that_holds_it()
    {
        var random = new Random(5);
        double[] values =
        [
            0, -0.0, 1e-13, -1e-13, 1e-12, 1, -1, 1.1, 1e25, -1e25, double.MaxValue, double.MinValue, .. Enumerable.Range(0, 3000).Select(_ =>
                (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-14, 22))),
        ];
        var histogram = new Histogram();
        Array.ForEach(values, histogram.Add);
        var read = Value(EventFileReader.Read(Written(file => file.Histogram("weights", 9, histogram)))[1]).Message(5);

        Assert.Equal(values.Min(), read.Double(1));
        Assert.Equal(values.Max(), read.Double(2));
        Assert.Equal(values.Length, read.Double(3));
        double[] limits = read.Packed(6);
        double[] counts = read.Packed(7);
        Assert.Equal(limits.Order(), limits);
        for (int i = 0; i < limits.Length; i++)
        {
            double low = i == 0 ? double.NegativeInfinity : limits[i - 1];
            bool last = i == limits.Length - 1;
            Assert.Equal(values.Count(value => value >= low && (value < limits[i] || (last && value == limits[i]))), counts[i]);
        }
    }

    [Fact]
    public void Floats_counted_at_once_are_counted_as_one_by_one()
    {
        // Every pattern of the upper 16 bits, at both of its ends and in between: limits of buckets fall into some of them.
        float[] values =
        [
            .. Enumerable.Range(0, 1 << 16).SelectMany(upper => new[] { 0, 1, 0x4000, 0x8000, 0xC000, 0xFFFF }.Select(lower =>
                BitConverter.Int32BitsToSingle((upper << 16) | lower))),
        ];
        var atOnce = new Histogram();
        atOnce.Add(values);
        var oneByOne = new Histogram();
        Array.ForEach(values, value => oneByOne.Add(value));
        Assert.Equal(oneByOne.BucketLimits.ToArray(), atOnce.BucketLimits.ToArray());
        Assert.Equal(oneByOne.BucketCounts.ToArray(), atOnce.BucketCounts.ToArray());
        Assert.Equal((oneByOne.Count, oneByOne.Min, oneByOne.Max, oneByOne.SumOfSquares), (atOnce.Count, atOnce.Min, atOnce.Max, atOnce.SumOfSquares));
    }

    [Fact]
    public void A_histogram_says_its_sums_and_leaves_empty_ends_away()
    {
        var histogram = new Histogram();
        histogram.Add([1f, 2f, 4f]);
        histogram.Add(double.NaN);
        histogram.Add(double.NegativeInfinity);
        var read = Value(EventFileReader.Read(Written(file => file.Histogram("weights", 9, histogram)))[1]).Message(5);
        Assert.Equal((1.0, 4.0, 3.0, 7.0, 21.0), (read.Double(1), read.Double(2), read.Double(3), read.Double(4), read.Double(5)));
        double[] counts = read.Packed(7);
        Assert.Equal((0.0, 1.0, 1.0), (counts[0], counts[1], counts[^1]));
        Assert.Equal(3, counts.Sum());
        Assert.InRange(read.Packed(6)[0], 1 / 1.1, 1);
    }

    [Fact]
    public void A_cleared_histogram_is_as_new_and_an_empty_one_is_left_out()
    {
        var histogram = new Histogram();
        histogram.Add(5);
        histogram.Clear();
        Assert.Single(EventFileReader.Read(Written(file => file.Histogram("weights", 9, histogram))));
        histogram.Add(3);
        Assert.Equal((1, 3.0, 3.0), (histogram.Count, histogram.Min, histogram.Max));
    }

    [Fact]
    public void Of_a_file_cut_at_any_byte_all_records_before_the_cut_are_read()
    {
        byte[] whole = File.ReadAllBytes(Written(file =>
        {
            file.Scalar("a", 1, 1);
            file.Text("t", 2, "text");
            file.Scalar("a", 3, 1);
        }));
        int[] lengths = [.. Enumerable.Range(0, whole.Length + 1).Select(length => EventFileReader.Read(whole.AsSpan(0, length)).Count)];
        Assert.Equal(lengths.Order(), lengths);
        Assert.Equal(Enumerable.Range(0, 5), lengths.Distinct());
        Assert.Single(lengths, count => count == 4);
    }

    [Fact]
    public void A_flush_makes_events_visible_before_the_end()
    {
        using var file = new EventFile(_folder.At("tensorboard"), _time);
        file.Scalar("a", 1, 1);
        file.Flush();
        Assert.Equal(2, EventFileReader.Read(file.FullPath).Count);
    }
}
