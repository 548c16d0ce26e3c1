using System.Buffers.Binary;
using System.Text;
using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.Tests.TransformerXl;

namespace Compression.Training.Tests.Checkpoints;

[Seeded]
public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        string path = _folder["a.safetensors"];
        using (var writer = new SafetensorsWriter(
            path, [new("w", TensorType.F32, [2, 1]), new("n", TensorType.I64, [])], new Dictionary<string, string> { ["k"] = "v" }))
        {
            writer.Write("w", [1f, -2f]);
            writer.Write("n", [258L]);
            writer.Complete();
        }

        const string Header =
            """{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"n":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}""";
        byte[] expected = [.. FileOf(Header), 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 2, 1, 0, 0, 0, 0, 0, 0];
        Assert.Equal(expected, File.ReadAllBytes(path));
    }

    [Fact]
    public void What_is_written_is_read_bit_for_bit()
    {
        string path = _folder["a.safetensors"];
        float[] floats = [float.NaN, -0f, float.Epsilon, float.NegativeInfinity, BitConverter.Int32BitsToSingle(0x7FC0_1234), 1 / 3f];
        double[] doubles = [double.NaN, Math.PI, -0.0];
        long[] longs = [long.MinValue, -1, long.MaxValue];
        int[] ints = [int.MinValue, int.MaxValue];
        using (var writer = new SafetensorsWriter(
            path,
            [
                new("rnn.weight \"ü\"", TensorType.F32, [2, 3]), new("double", TensorType.F64, [3]), new("empty", TensorType.F32, [0, 5]),
                new("long", TensorType.I64, [3, 1]), new("int", TensorType.I32, [2]),
            ]))
        {
            writer.Write("rnn.weight \"ü\"", floats);
            writer.Write("double", doubles);
            writer.Write("empty", ReadOnlySpan<float>.Empty);
            writer.Write("long", longs);
            writer.Write("int", ints);
            writer.Complete();
        }

        using var file = SafetensorsFile.Open(path);
        var f = new float[6];
        var d = new double[3];
        var l = new long[3];
        var i = new int[2];
        file.Read("rnn.weight \"ü\"", f);
        file.Read("double", d);
        file.Read("long", l);
        file.Read("int", i);
        file.Read("empty", Span<float>.Empty);
        Assert.Equal(floats.Select(BitConverter.SingleToInt32Bits), f.Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(doubles.Select(BitConverter.DoubleToInt64Bits), d.Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal(longs, l);
        Assert.Equal(ints, i);
        Assert.Equal(["rnn.weight \"ü\"", "double", "empty", "long", "int"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal<long>([2, 3], file.Find("rnn.weight \"ü\"")!.Shape);
        Assert.Null(file.Find("none"));
    }

    [Fact]
    public void A_tensor_that_does_not_fit_the_model_is_named()
    {
        using var file = SafetensorsFile.Open(Write("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8));
        UserErrors.Expect(ExitCode.Checkpoint, () => file.Read("v", new float[2]), "'v'", "a.safetensors");
        UserErrors.Expect(ExitCode.Checkpoint, () => file.Read("w", new float[3]), "'w' holds 2 F32", "3 F32");
        UserErrors.Expect(ExitCode.Checkpoint, () => file.Read("w", new double[2]), "'w' holds 2 F32", "2 F64");
    }

    [Fact]
    public void A_count_that_an_earlier_version_kept_as_floats_is_refused_with_cause_and_cure()
    {
        using var file = SafetensorsFile.Open(Write("""{"optimizer/steps":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8));
        UserErrors.Expect(
            ExitCode.Checkpoint, () => StateFile.Reader(file).Read("optimizer/steps", new long[1]), "a.safetensors", "'optimizer/steps'", "an earlier version",
            "start a new run");
    }

    [Fact]
    public void A_missing_file_is_named() =>
        UserErrors.Expect(ExitCode.Checkpoint, () => SafetensorsFile.Open(_folder["none"]), _folder["none"], "no such file");

    [Fact]
    public void A_file_that_was_not_finished_replaces_nothing()
    {
        TensorEntry[] tensors = [new("a", TensorType.F32, [1])];
        SafetensorsWriter.Save(_folder["a"], tensors, writer => writer.Write("a", [1f]));
        byte[] before = File.ReadAllBytes(_folder["a"]);
        Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.Save(_folder["a"], tensors, _ => { }));
        Assert.Equal(before, File.ReadAllBytes(_folder["a"]));
    }

    [Fact]
    public void The_writer_insists_on_what_was_declared()
    {
        TensorEntry[] tensors = [new("a", TensorType.F32, [2]), new("b", TensorType.F64, [1])];
        using var writer = new SafetensorsWriter(_folder["a"], tensors);
        Assert.Throws<InvalidOperationException>(() => writer.Write("b", [1.0]));
        Assert.Throws<InvalidOperationException>(() => writer.Write("a", [1f]));
        Assert.Throws<InvalidOperationException>(() => writer.Write("a", [1.0, 2.0]));
        writer.Write("a", [1f, 2f]);
        Assert.Throws<InvalidOperationException>(writer.Complete);
        writer.Write("b", [1.0]);
        writer.Complete();
        Assert.Throws<InvalidOperationException>(() => writer.Write("c", [1f]));
        Assert.Throws<ArgumentException>(() => new SafetensorsWriter(_folder["b"], [tensors[0], tensors[0]]));
        Assert.Throws<ArgumentException>(() => new SafetensorsWriter(_folder["b"], [new("__metadata__", TensorType.F32, [1])]));
    }

    [Theory]
    [InlineData("""{}""", 4)] // bytes that belong to no tensor
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3)]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8)] // a gap
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4)]
    [InlineData("""{"w":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0)]
    [InlineData("""{"w":{"dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 4)]
    [InlineData("""{"w":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"w":{"dtype":"F32","data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}""", 4)]
    [InlineData("""{"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"w":{"dtype":null,"shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"w":null}""", 0)]
    [InlineData("""{"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0)]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0)]
    [InlineData("""{"__metadata__":{"k":1}}""", 0)]
    [InlineData("""{"__metadata__":{"k":null}}""", 0)]
    [InlineData("""{"__metadata__":{"k":"\ud800"}}""", 0)]
    [InlineData("""{"__metadata__":[]}""", 0)]
    [InlineData("""{"a":[[[[[[[[[[[[]]]]]]]]]]]]}""", 0)]
    [InlineData("""[]""", 0)]
    [InlineData("""{} {}""", 0)]
    [InlineData("""{""", 0)]
    [InlineData("", 0)]
    public void A_header_against_the_format_is_refused(string header, int dataLength)
    {
        string path = Write(header, dataLength);
        var error = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path));
        Assert.Equal(ExitCode.Checkpoint, error.Code);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    [InlineData(100_000_001UL)]
    [InlineData(17UL)]
    public void A_header_longer_than_the_file_allocates_nothing(ulong claimed)
    {
        var bytes = new byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, claimed);
        File.WriteAllBytes(_folder["a"], bytes);
        Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(_folder["a"]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(_folder["a"]));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Every_truncation_of_a_file_is_refused()
    {
        byte[] file = [.. FileOf("""{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}"""), .. new byte[8]];
        for (int length = 0; length < file.Length; length++)
        {
            File.WriteAllBytes(_folder["a"], file[..length]);
            Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(_folder["a"]));
        }
    }

    [Fact]
    public void A_header_with_any_bit_flipped_is_read_within_bounds_or_refused()
    {
        byte[] json = """{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"n":{"dtype":"I64","shape":[1],"data_offsets":[8,16]}}"""u8.ToArray();
        int refused = 0;
        for (int bit = 0; bit < json.Length * 8; bit++)
        {
            json[bit / 8] ^= (byte)(1 << (bit % 8));
            refused += ParseWithinBounds(json, 16) ? 0 : 1;
            json[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        // What may pass: other names, other metadata, F64 for I64.
        Assert.InRange(refused, json.Length * 8 * 3 / 4, (json.Length * 8) - 1);
        Assert.True(ParseWithinBounds(json, 16));
    }

    [Fact]
    public void Random_bytes_and_random_edits_raise_nothing_but_the_typed_error()
    {
        byte[] sound = """{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"n":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}}"""u8.ToArray();
        var random = new Random(11);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes;
            if (i % 4 == 0)
            {
                bytes = new byte[random.Next(64)];
                random.NextBytes(bytes);
                if (bytes.Length > 0 && i % 8 == 0)
                {
                    bytes[0] = (byte)'{';
                }
            }
            else
            {
                bytes = Edit(sound, random);
            }

            ParseWithinBounds(bytes, random.Next(2) == 0 ? 16 : random.Next(64));
        }
    }

    [NeedsDataFact("../fixtures/ptb/none-1worker.safetensors")]
    public void A_file_that_pytorch_wrote_is_read()
    {
        using var file = SafetensorsFile.Open(NeededData.Find("../fixtures/ptb/none-1worker.safetensors")!);
        Assert.Equal("PyTorch 1.13.1 CPU float32", file.Metadata["produced_by"]);
        Assert.Equal<long>([40, 1], file.Find("loss")!.Shape);
        var loss = new float[40];
        file.Read("loss", loss);
        Assert.InRange(loss[0], Math.Log(10_000) - 0.05, Math.Log(10_000) + 0.05); // weights near 0: all words alike
        Assert.All(loss, value => Assert.InRange(value, 5, 10));
        var valid = new double[1];
        file.Read("valid_loss_nats", valid);
        Assert.InRange(valid[0], 5, 10);
        long bytes = file.Tensors.Sum(tensor => tensor.ByteLength);
        Assert.InRange(new FileInfo(NeededData.Find("../fixtures/ptb/none-1worker.safetensors")!).Length - bytes, 8, 4096);
    }

    [Fact]
    public void Token_ids_of_a_file_that_pytorch_wrote_are_whole_numbers_of_its_vocabulary()
    {
        using var file = SafetensorsFile.Open(Fixture.PathOf("plain"));
        int read = 0;
        foreach (var tensor in file.Tensors.Where(tensor => tensor.Type == TensorType.I64))
        {
            var ids = new long[tensor.Length];
            file.Read(tensor.Name, ids);
            Assert.All(ids, id => Assert.InRange(id, 0, 28));
            read++;
        }

        Assert.True(read > 0);
    }

    public void Dispose() => _folder.Dispose();

    private static bool ParseWithinBounds(byte[] json, int dataLength)
    {
        try
        {
            var header = SafetensorsHeader.Parse("file", json, dataLength);
            Assert.All(header.Tensors.Values, tensor =>
            {
                Assert.InRange(tensor.Offset, 0, dataLength);
                Assert.InRange(tensor.Offset + tensor.Entry.ByteLength, tensor.Offset, dataLength);
            });
            return true;
        }
        catch (SafetensorsException)
        {
            return false;
        }
    }

    private static byte[] Edit(byte[] sound, Random random)
    {
        var bytes = sound.ToList();
        for (int edits = random.Next(1, 4); edits > 0; edits--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveAt(at); break;
                case 2: bytes.Insert(at, "0123456789-.,:[]{}\"\\eE"u8[random.Next(22)]); break;
                default: bytes.RemoveRange(at, Math.Min(random.Next(8), bytes.Count - at)); break;
            }
        }

        return [.. bytes];
    }

    private static byte[] FileOf(string header)
    {
        byte[] json = Encoding.UTF8.GetBytes(header.PadRight((header.Length + 7) / 8 * 8));
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)json.Length);
        return [.. length, .. json];
    }

    private string Write(string header, int dataLength)
    {
        File.WriteAllBytes(_folder["a.safetensors"], [.. FileOf(header), .. new byte[dataLength]]);
        return _folder["a.safetensors"];
    }
}
