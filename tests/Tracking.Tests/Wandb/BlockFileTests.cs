using Compression.Tracking.Wandb.Log;

namespace Compression.Tracking.Tests.Wandb;

public sealed class BlockFileTests : IDisposable
{
    private const int Block = 32768;
    private const int Header = 7;
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<int> AroundTheEndOfABlock => [.. Enumerable.Range(0, 15)];

    private string Path => _folder.At("run-x.wandb");

    public void Dispose() => _folder.Dispose();

    private byte[] Written(params byte[][] records)
    {
        using var stream = new FileStream(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        var writer = new BlockWriter(stream);
        foreach (byte[] record in records)
        {
            writer.Append(record);
        }

        stream.Flush();
        stream.Position = 0;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private List<byte[]> ReadBack(out bool isTorn) => ReadBack(out isTorn, out _);

    private List<byte[]> ReadBack(out bool isTorn, out long? damagedAt)
    {
        using var reader = new BlockReader(Path);
        var records = new List<byte[]>();
        while (reader.TryRead(new FileInfo(Path).Length, out var record))
        {
            records.Add(record.ToArray());
        }

        (isTorn, damagedAt) = (reader.IsTorn, reader.DamagedAt);
        return records;
    }

    private static byte[] Bytes(int count, int seed)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    [Fact]
    public void The_reader_of_these_tests_knows_the_published_checksum() => Assert.Equal(0xcbf43926u, WandbFileReader.Crc32("123456789"u8));

    [Fact]
    public void An_empty_file_is_its_header() => Assert.Equal([0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0x00], Written());

    [Theory]
    [MemberData(nameof(AroundTheEndOfABlock))]
    public void Records_that_end_near_the_end_of_a_block_read_back(int before)
    {
        // The first record ends exactly so many bytes before the end of the first block.
        byte[][] records =
        [
            Bytes(Block - before - Header - Header, 1), Bytes(0, 2), Bytes(1, 3), Bytes(Block - before - Header, 4), Bytes(100, 5), Bytes(3 * Block, 6), Bytes(8, 7),
        ];
        byte[] file = Written(records);
        Assert.Equal(records, WandbFileReader.Records(file));
        Assert.Equal(records, ReadBack(out bool isTorn));
        Assert.False(isTorn);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Records_of_all_sizes_read_back(int seed)
    {
        var random = new Random(seed);
        byte[][] records = [.. Enumerable.Range(0, 400).Select(i => Bytes(random.Next(10) == 0 ? random.Next(100_000) : random.Next(700), i))];
        Assert.Equal(records, WandbFileReader.Records(Written(records)));
        Assert.Equal(records, ReadBack(out _));
    }

    [Fact]
    public void A_file_goes_on_where_another_process_left_it()
    {
        Written(Bytes(40_000, 1));
        byte[] file = Written(Bytes(40_000, 2));
        Assert.Equal([Bytes(40_000, 1), Bytes(40_000, 2)], WandbFileReader.Records(file));
    }

    [Fact]
    public void Of_a_file_cut_at_any_byte_all_records_before_the_cut_are_read()
    {
        byte[][] records = [Bytes(20, 1), Bytes(Block - 60, 2), Bytes(0, 3), Bytes(50, 4)];
        byte[] whole = Written(records);
        int[] ends = [.. records.Aggregate(new List<int> { Header }, (list, record) => [.. list, EndOf(list[^1], record.Length)])];
        foreach (int length in Enumerable.Range(Header, 60).Concat(Enumerable.Range(whole.Length - 150, 151)))
        {
            File.WriteAllBytes(Path, whole[..length]);
            int expected = ends.Count(end => end <= length) - 1;
            Assert.Equal(records[..expected], ReadBack(out bool isTorn));
            Assert.Equal(records[..expected], WandbFileReader.Records(whole[..length]));
            // Zeros up to the next block belong to the record after them, but are no damage.
            Assert.Equal(!ends.Contains(length), isTorn);
        }
    }

    private static int EndOf(int position, int length)
    {
        do
        {
            int room = Block - (position % Block);
            if (room < Header)
            {
                position += room;
                room = Block;
            }

            int part = Math.Min(length, room - Header);
            position += Header + part;
            length -= part;
            if (length == 0)
            {
                return position;
            }
        }
        while (true);
    }

    [Fact]
    public void Whatever_bit_changes_all_records_but_its_own_are_read()
    {
        // One record alone, one that fills the block and goes on in two others, and some more.
        byte[][] records = [Bytes(20, 1), Bytes(30, 2), Bytes(Block + Block - 100, 3), Bytes(0, 4), Bytes(40, 5), Bytes(50, 6)];
        byte[] whole = Written(records);
        int[] ends = [.. records.Aggregate(new List<int> { Header }, (list, record) => [.. list, EndOf(list[^1], record.Length)])];
        Assert.Equal(whole.Length, ends[^1]);
        for (int record = 0; record < records.Length; record++)
        {
            var near = Enumerable.Range(ends[record], Math.Min(60, ends[record + 1] - ends[record]));
            var far = Enumerable.Range(0, 40).Select(i => ends[record] + (int)((long)i * (ends[record + 1] - ends[record]) / 40));
            var header = Enumerable.Range(0, 8).SelectMany(_ => Enumerable.Range(ends[record], Header));
            foreach (var (at, bit) in near.Concat(far).Distinct().Select(at => (at, at % 8)).Concat(header.Select((at, i) => (at, i / Header))))
            {
                byte[] changed = [.. whole];
                changed[at] ^= (byte)(1 << bit);
                File.WriteAllBytes(Path, changed);
                var read = ReadBack(out bool isTorn, out long? damagedAt);
                Assert.Equal(records.Where((_, other) => other != record), read);
                Assert.True(damagedAt >= ends[record] && damagedAt < ends[record + 1] && !isTorn, $"bit of byte {at}: damage at {damagedAt}, torn {isTorn}");
            }
        }
    }

    [Fact]
    public void A_file_whose_end_is_cut_off_is_torn_and_not_damaged()
    {
        byte[][] records = [Bytes(20, 1), Bytes(2 * Block, 2), Bytes(50, 3)];
        byte[] whole = Written(records);
        foreach (int length in Enumerable.Range(0, 200).Select(i => Header + (i * (whole.Length - Header) / 200)).Append(whole.Length - 1))
        {
            File.WriteAllBytes(Path, whole[..length]);
            ReadBack(out _, out long? damagedAt);
            Assert.Null(damagedAt);
        }

        // File systems may leave zeros where the end was to be.
        foreach (int count in new[] { 1, 2, 3 })
        {
            File.Delete(Path);
            File.WriteAllBytes(Path, [.. Written(records[..count]), .. new byte[300]]);
            Assert.Equal(records[..count], ReadBack(out bool isTorn, out long? damagedAt));
            Assert.Equal((true, null), (isTorn, damagedAt));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(":W&")]
    [InlineData("epoch,step\n1,2\n")]
    public void Another_file_is_refused(string content)
    {
        File.WriteAllText(Path, content);
        Assert.Throws<InvalidDataException>(() => new BlockReader(Path));
    }
}
