using Compression.Core.Reporting;
using Compression.Training.TransformerXl;
using Compression.Training.TransformerXl.Layers;

namespace Compression.Training.Tests.TransformerXl;

[Seeded]
public sealed class ShapeTests
{
    [Fact]
    public void Parameter_counts_are_the_published_ones()
    {
        var base103 = new TransformerXlOptions { NLayer = 16, DModel = 410, NHead = 10, DHead = 41, DInner = 2100, Adaptive = true };
        Assert.Equal(151_107_538, base103.ShapeFor(267_735).ParameterCount());
        var large103 = new TransformerXlOptions { NLayer = 18, DModel = 1024, NHead = 16, DHead = 64, DInner = 4096, Adaptive = true, DivVal = 4 };
        Assert.Equal(285_170_506, large103.ShapeFor(267_735).ParameterCount());
        var base8 = new TransformerXlOptions { NLayer = 12, DModel = 512, NHead = 8, DHead = 64, DInner = 2048 };
        Assert.Equal(41_055_436, base8.ShapeFor(204).ParameterCount());
        var large8 = new TransformerXlOptions { NLayer = 24, DModel = 1024, NHead = 8, DHead = 128, DInner = 3072 };
        Assert.Equal(277_231_820, large8.ShapeFor(204).ParameterCount());
    }

    [Theory]
    [InlineData(0, false, 1, 8, false)]
    [InlineData(0, true, 1, 8, false)]
    [InlineData(0, true, 1, 6, false)]
    [InlineData(0, true, 2, 8, false)]
    [InlineData(0, true, 2, 8, true)]
    [InlineData(1, false, 1, 8, true)]
    [InlineData(2, false, 1, 8, false)]
    [InlineData(3, true, 1, 6, false)]
    public void The_layout_that_is_known_beforehand_is_that_of_the_model(int attention, bool adaptive, int divisor, int embedding, bool notTied)
    {
        var options = Tiny.Options with
        {
            AttnType = attention, Adaptive = adaptive, Cutoffs = adaptive ? "5,9" : "", DivVal = divisor, DEmbed = embedding, NotTied = notTied,
            MemLen = attention > 1 ? 0 : 4,
        };
        var shape = options.ShapeFor(17);
        using var model = new TransformerXlModel(shape);
        var actual = model.named_parameters().Select(named => $"{named.name} {string.Join('x', named.parameter.shape)}");
        Assert.Equal(actual, shape.Layout().Slots.Select(slot => $"{slot.Name} {string.Join('x', slot.Shape)}"));
    }

    [Fact]
    public void Of_One_Billion_Words_no_projection_is_tied_and_clusters_are_its_own()
    {
        var options = Tiny.Options with { Dataset = TextDataset.Lm1b, Adaptive = true, DivVal = 2, DEmbed = 8 };
        var shape = options.ShapeFor(793_470);
        Assert.Equal([60_000, 100_000, 640_000], shape.Cutoffs.ToArray());
        Assert.Equal([false, false, false, false], shape.TiedProjections.ToArray());
        string[] names = [.. shape.Layout().Slots.Select(slot => slot.Name)];
        Assert.All(Enumerable.Range(0, 4), cluster => Assert.Contains($"crit.out_projs.{cluster}", names));
        Assert.Equal([60_000], options.ShapeFor(100_000).Cutoffs.ToArray());
        Assert.DoesNotContain("crit.out_projs.1", (options with { Dataset = TextDataset.Wt103 }).ShapeFor(267_735).Layout().Slots.Select(slot => slot.Name));
    }

    [Fact]
    public void Options_that_contradict_each_other_are_refused()
    {
        static void Refuses(TransformerXlOptions options, params string[] parts) =>
            UserErrors.Expect(ExitCode.Usage, () => options.ShapeFor(17), parts);
        Refuses(Tiny.Options with { Adaptive = true, Cutoffs = "5,17" }, "--cutoffs", "17 words", "16");
        Refuses(Tiny.Options with { Adaptive = true, Cutoffs = "9,5" }, "--cutoffs", "above 9");
        Refuses(Tiny.Options with { Cutoffs = "5" }, "--adaptive true");
        Refuses(Tiny.Options with { Adaptive = true, Cutoffs = "5,9", DivVal = 3 }, "--div_val 3", "is 2");
        Refuses(Tiny.Options with { AttnType = 2 }, "--mem_len", "attn_type 2");
        Refuses(Tiny.Options with { AttnType = 3, MemLen = 0, DHead = 3 }, "--attn_type 3", "d_model (8)");
        Refuses(Tiny.Options with { SameLength = true, MemLen = 0 }, "--same_length");
        Refuses(Tiny.Options with { EvalTgtLen = 10 }, "--eval_tgt_len 10", "negative", "is 9");
        Refuses(Tiny.Options with { DModel = 7 }, "--d_model 7");
    }
}
