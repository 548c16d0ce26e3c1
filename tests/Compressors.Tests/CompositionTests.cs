using Compression.Core.Reporting;

namespace Compression.Compressors.Tests;

public sealed class CompositionTests
{
    [Theory]
    [InlineData("none", "dense+float32", "none", "allreduce(format=float32)")]
    [InlineData("topk", "topk(ratio=0.01,scope=slot)+float32", "residual(beta=1,gamma=1)", "allgather")]
    [InlineData("efsignsgd", "dense+sign(magnitude=mean)", "residual(beta=1,gamma=1)", "allgather")]
    [InlineData("topk_efsignsgd", "topk(ratio=0.01,scope=slot)+sign(magnitude=mean)", "residual(beta=1,gamma=1)", "allgather")]
    [InlineData("topk(ratio=0.5)+sign", "topk(ratio=0.5,scope=slot)+sign(magnitude=mean)", "residual(beta=1,gamma=1)", "allgather")]
    public void Names_stand_for_compositions_and_defaults_fit_the_method(string name, string compressor, string memory, string exchange)
    {
        var plan = Pipelines.Plan(name);
        Assert.Equal((compressor, memory, exchange), (plan.Compressor, plan.Memory, plan.Exchange));
        Assert.Equal(compressor, Pipelines.Plan(plan.Compressor).Compressor);
        Assert.Empty(plan.Notes);
    }

    [Fact]
    public void A_flag_sets_what_parentheses_leave_open()
    {
        Assert.Equal("topk(ratio=0.001,scope=slot)+float32", Pipelines.Plan("topk", flags: [("compress_ratio", "0.001")]).Compressor);
        Assert.Equal("topk(ratio=0.5,scope=slot)+float32", Pipelines.Plan("topk(ratio=0.5)", flags: [("compress_ratio", "0.001")]).Compressor);
    }

    [Theory]
    [InlineData("none", "auto", "auto", "--compress_ratio has no effect")]
    [InlineData("topk", "none", "auto", "biased")]
    [InlineData("none", "residual", "auto", "nothing to keep")]
    public void What_acts_otherwise_than_asked_is_noted(string compressor, string memory, string exchange, string note)
    {
        (string, string)[] flags = note.StartsWith("--", StringComparison.Ordinal) ? [("compress_ratio", "0.1")] : [];
        Assert.Contains(Pipelines.Plan(compressor, memory, exchange, flags: flags).Notes, text => text.Contains(note, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("topkk", "auto", "auto", "topk")]
    [InlineData("sign+topk", "auto", "auto", "one sparsifier, then one quantizer")]
    [InlineData("topk+topk", "auto", "auto", "one sparsifier, then one quantizer")]
    [InlineData("topk(rate=1)", "auto", "auto", "ratio")]
    [InlineData("topk(ratio=2)", "auto", "auto", "at most 1")]
    [InlineData("dense(x=1)", "auto", "auto", "no options")]
    [InlineData("topk", "momentun", "auto", "momentum")]
    [InlineData("topk", "auto", "allreduce", "allgather")]
    [InlineData("topk", "auto", "ring", "allgather")]
    [InlineData("topk", "none+residual", "auto", "one name")]
    public void What_cannot_work_is_refused_with_the_alternative(string compressor, string memory, string exchange, string alternative)
    {
        var failure = Assert.Throws<UserErrorException>(() => Pipelines.Plan(compressor, memory, exchange));
        Assert.Equal(ExitCode.Usage, failure.Code);
        Assert.Contains(alternative, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Momentum_in_memory_and_optimizer_is_refused()
    {
        var failure = Assert.Throws<UserErrorException>(() => Compose("momentum", 0.9));
        Assert.Equal(ExitCode.Usage, failure.Code);
        Assert.Contains("--memory residual", failure.Message, StringComparison.Ordinal);
        Assert.StartsWith("momentum(momentum=0.9", Compose("momentum", 0).Memory, StringComparison.Ordinal);
        Assert.StartsWith("momentum(momentum=0,", Compose("momentum(momentum=0)", 0.9).Memory, StringComparison.Ordinal);
        Assert.StartsWith("residual", Compose("residual", 0.9).Memory, StringComparison.Ordinal);

        static Core.Composition.CompressionPlan Compose(string memory, double optimizer) => new Core.Composition.CompressionComposer(Pipelines.Catalog).Compose(
            new Core.Composition.CompressionRequest("topk", memory, "auto", 0, new Dictionary<string, string>()) { OptimizerMomentum = optimizer });
    }

    [Fact]
    public void A_flags_value_is_checked_even_where_parentheses_overrule_it() => Assert.Contains(
        "--compress_ratio 7", Assert.Throws<UserErrorException>(() => Pipelines.Plan("topk(ratio=0.5)", flags: [("compress_ratio", "7")])).Message, StringComparison.Ordinal);
}
