using Compression.Core.Communication;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Training.Parameters;
using Compression.Training.RowSparse;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Training.Tests.RowSparse;

/// <summary>Row gradients of several workers on their way into tables.</summary>
[Seeded]
public sealed class RowExchangeTests
{
    private const int Steps = 4;

    public static TheoryData<int, bool> Worlds => new()
    {
        { 1, false }, { 2, false }, { 3, false }, { 4, false }, { 1, true }, { 2, true }, { 3, true }, { 4, true },
    };

    [Theory]
    [MemberData(nameof(Worlds))]
    public void Rows_of_several_workers_take_the_step_of_dense_Adagrad(int workers, bool served)
    {
        using var world = new RowWorld(workers, served);
        using var dense = new DenseTables(world);
        for (int step = 0; step < Steps; step++)
        {
            dense.Step(world.Step());
        }

        for (int table = 0; table < RowWorld.Widths.Length; table++)
        {
            var (expected, actual) = (dense.Values(table), world.Whole(table));
            Pairs.AssertClose(expected, actual, 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Worlds))]
    public void What_is_pulled_is_what_the_owner_holds(int workers, bool served)
    {
        using var world = new RowWorld(workers, served);
        world.Step();
        var before = Enumerable.Range(0, RowWorld.Widths.Length).Select(world.Whole).ToArray();
        world.Step();
        Assert.All(world.Batches, batches =>
        {
            for (int table = 0; table < batches.Length; table++)
            {
                int width = RowWorld.Widths[table];
                float[] pulled = batches[table].Values.ToArray();
                Assert.Equal(batches[table].Rows.ToArray().SelectMany(row => before[table][(row * width)..((row + 1) * width)]), pulled);
            }
        });
    }

    [Theory]
    [InlineData("none")]
    [InlineData("float16")]
    [InlineData("sign")]
    [InlineData("topk(ratio=0.2)")]
    [InlineData("qsgd")]
    public void Servers_and_gathering_and_any_number_of_pieces_give_the_same_bits(string compressor)
    {
        for (int workers = 1; workers <= 4; workers++)
        {
            float[][]? first = null;
            foreach (var (served, pieces) in new[] { (false, 1), (false, 4), (true, 1), (true, 3), (true, 40) })
            {
                using var world = new RowWorld(workers, served, compressor, pieces);
                for (int step = 0; step < Steps; step++)
                {
                    world.Step();
                }

                float[][] tables = [.. Enumerable.Range(0, RowWorld.Widths.Length).Select(world.Whole)];
                first ??= tables;
                Assert.Equal(first, tables);
                if (!served)
                {
                    Assert.All(world.Tables, mine => Assert.All(Pairs.Of(mine, world.Tables[0]), pair =>
                        Assert.All(Enumerable.Range(0, RowWorld.Rows), row => Assert.True(pair.First.Row(row).SequenceEqual(pair.Second.Row(row))))));
                }
            }
        }
    }

    [Theory]
    [InlineData("sign")]
    [InlineData("topk(ratio=0.2)")]
    public void What_was_sent_and_what_is_held_back_add_up_to_the_gradients(string compressor)
    {
        const int Pieces = 2;
        var plan = RowWorld.Compose(compressor);
        using var world = new RowWorld(1, served: true, compressor, Pieces);
        var sender = new RowSender(world.Tables[0], plan, Pieces);
        var gradients = new Sums();
        var sent = new Sums();
        for (int step = 0; step < Steps; step++)
        {
            var drawn = world.Step()[0];
            for (int table = 0; table < drawn.Length; table++)
            {
                foreach (var (row, gradient) in drawn[table])
                {
                    gradients.Add(table, row, gradient);
                }
            }

            sender.Compress(world.Batches[0], RowWorld.ContextOf(step, 0));
            AddSent(sender, world.Tables[0], compressor, Pieces, step, sent);
        }

        Assert.Contains(sent.Rows.Values, row => row.Any(value => value != 0));
        float[] due = [.. gradients.Rows.SelectMany(pair => pair.Value.Zip(sent.Rows[pair.Key], (all, part) => all - part)).Order()];
        float[] held = [.. sender.Residuals.SelectMany(piece => piece.ToArray()).Order()];
        Pairs.AssertClose(due, held, 1e-5);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("sign")]
    public void A_damaged_payload_is_a_failed_communication(string compressor)
    {
        var plan = RowWorld.Compose(compressor);
        using var world = new RowWorld(1, served: true, compressor, pieces: 1);
        world.Step();
        var sender = new RowSender(world.Tables[0], plan, pieces: 1);
        sender.Compress(world.Batches[0], RowWorld.ContextOf(1, 0));
        byte[] payload = sender.Payloads.Written[..sender.Lengths[0]].ToArray();
        var before = world.Whole(0);
        for (int place = 0; place < payload.Length; place++)
        {
            payload[place] ^= 0x40;
            Assert.Throws<CommunicationException>(() => Apply(payload));
            payload[place] ^= 0x40;
        }

        for (int length = 0; length < payload.Length; length += 7)
        {
            Assert.Throws<CommunicationException>(() => Apply(payload.AsSpan(0, length).ToArray()));
        }

        Assert.Equal(before, world.Whole(0));
        Apply(payload);
        Assert.NotEqual(before, world.Whole(0));

        void Apply(byte[] bytes)
        {
            var gathered = new GatheredPayloads();
            gathered.Allocate([bytes.Length]);
            bytes.CopyTo(gathered.Slot(0));
            new RowReceiver(world.Tables[0], plan, pieces: 1, owner: 0).Apply(0, gathered, RowWorld.ContextOf(1, 0));
        }
    }

    [Fact]
    public void Residuals_come_back_from_a_checkpoint()
    {
        using var world = new RowWorld(1, served: true, "sign");
        world.Step();
        world.Step();
        var state = new StateInMemory();
        world.Exchanges[0].Save(state);
        var loaded = new RowSender(world.Tables[0], RowWorld.Compose("sign"), pieces: 3);
        loaded.Load(state);
        static float[] Flat(IEnumerable<ReadOnlyMemory<float>> pieces) => [.. pieces.SelectMany(piece => piece.ToArray())];
        Assert.NotEmpty(Flat(loaded.Residuals));
        Assert.Equal(Flat(world.Exchanges[0].Residuals), Flat(loaded.Residuals));
    }

    private static void AddSent(RowSender sender, RowTable[] tables, string compressor, int pieces, long step, Sums sent)
    {
        var plan = RowWorld.Compose(compressor);
        int start = 0;
        for (int piece = 0; piece < pieces; piece++)
        {
            var reader = PayloadFrame.Open(sender.Payloads.Written.Slice(start, sender.Lengths[piece]), RowSender.FingerprintOf(tables, plan, pieces));
            start += sender.Lengths[piece];
            for (int table = 0; table < tables.Length; table++)
            {
                var codec = new RowCodec(tables[table].Name, tables[table].Width, plan);
                int most = RowReceiver.RowsOfPiece(tables[table].Partition, 0, pieces);
                int[] indices = new int[IndexCoding.ReadCount(ref reader, most)];
                IndexCoding.Read(ref reader, most, indices, ThreadTeam.Single);
                foreach (int index in indices)
                {
                    int row = tables[table].Partition.RowOf(0, (index * pieces) + piece);
                    float[] decoded = new float[tables[table].Width];
                    codec.ReadAdd(row, ref reader, decoded, 1, RowWorld.ContextOf(step, 0));
                    sent.Add(table, row, decoded);
                }
            }

            reader.ExpectEnd();
        }
    }

    private sealed class Sums
    {
        public SortedDictionary<(int Table, int Row), float[]> Rows { get; } = [];

        public void Add(int table, int row, float[] values)
        {
            if (!Rows.TryAdd((table, row), [.. values]))
            {
                Rows[(table, row)] = [.. Rows[(table, row)].Zip(values, (a, b) => a + b)];
            }
        }
    }

    // The same tables as parameters of a model, trained with dense gradients by TorchSharp.
    private sealed class DenseTables : nn.Module
    {
        private readonly FlatModel _model;
        private readonly optim.Optimizer _optimizer;

        public DenseTables(RowWorld world)
            : base(nameof(DenseTables))
        {
            for (int table = 0; table < RowWorld.Widths.Length; table++)
            {
                register_parameter($"table{table}", new Parameter(tensor(world.Whole(table), [RowWorld.Rows, RowWorld.Widths[table]])));
            }

            _model = new FlatModel(this);
            _optimizer = optim.Adagrad(parameters(), RowWorld.Rate, initial_accumulator_value: 1);
        }

        public void Step(Dictionary<int, float[]>[][] gradients)
        {
            var all = _model.Bucket.All;
            all.Clear();
            foreach (var worker in gradients)
            {
                for (int table = 0; table < worker.Length; table++)
                {
                    var slot = _model.Layout.Slots[table];
                    foreach (var (row, gradient) in worker[table])
                    {
                        for (int i = 0; i < gradient.Length; i++)
                        {
                            all[slot.Offset + (row * gradient.Length) + i] += gradient[i] / gradients.Length;
                        }
                    }
                }
            }

            _optimizer.step();
        }

        public float[] Values(int table) => get_parameter($"table{table}")!.Floats();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _optimizer.Dispose();
                _model.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
