using Compression.Core.Catalog;
using Compression.Core.Reporting;

namespace Compression.Compressors.Tests;

/// <summary>Whoever comes from another system writes its names: each acts, or the refusal says what to write, and that works.</summary>
public sealed class NamesElsewhereTests
{
    // As the systems' own sources list them, by the option that they would be written behind here.
    private static readonly (string Source, string Option, string Names)[] s_systems =
    [
        ("GradComp, main.py", "--compressor", "none topk terngrad adacomp efsignsgd efsigntopk terngradtopk efsignadacomp terngradadacomp varbased adacomp2"),
        ("GradComp, run.sh", "--compressor", "dgc onebit randomk signsgd"),
        ("GradComp, main.py", "--memory", "none residual"),
        ("GRACE, dist/helper.py", "--compressor",
            "dgc efsignsgd fp16 natural natural_cuda none onebit powersgd qsgd qsgd_cuda randomk signsgd signum terngrad threshold topk"),
        ("GRACE, tensorflow/helper.py", "--compressor", "adaq inceptionn sketch u8bit"),
        ("GRACE, dist/helper.py", "--memory", "dgc none powersgd residual efsignsgd"),
        ("GRACE, dist/helper.py", "--exchange", "allreduce allgather broadcast alltoall"),
        ("PyTorch, ddp_comm_hooks", "--compressor",
            "allreduce_hook fp16_compress_hook bf16_compress_hook powerSGD_hook batched_powerSGD_hook quantization_pertensor_hook quantization_perchannel_hook"),
        ("DeepSpeed, optimizers and communication_data_type", "--compressor", "OneBitAdam ZeroOneAdam OneBitLamb fp16 bf16 fp32"),
        ("Horovod, Compression", "--compressor", "none fp16"),
        ("BytePS, compressor_type", "--compressor", "onebit topk randomk dithering"),
        ("MXNet, gradient compression", "--compressor", "2bit 1bit"),
        ("GaussianK-SGD, compression.py", "--compressor", "topk eftopk gaussian gaussian2 randomk randomkec dgcsampling redsync redsynctrim none"),
        ("papers", "--compressor", "bf16 gtopk majority ef21 auto sidco gaussiank"),
    ];

    public static TheoryData<string> Names => [.. s_systems.SelectMany(list => list.Names.Split(' ').Select(name => $"{list.Option} {name}")).Distinct()];

    public static TheoryData<string> Table => [.. NamesElsewhere.Others.Select(other => $"{other.Option} {other.Name}")];

    /// <summary>Every name of this catalogue behind the option of every part.</summary>
    public static TheoryData<string> Misplaced =>
    [
        .. from option in new[] { "--compressor", "--memory", "--exchange" }
           from name in Pipelines.Catalog.Entries.Select(entry => entry.Name).Distinct()
           select $"{option} {name}",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_of_another_system_acts_or_the_refusal_says_what_to_write(string written) => RequireAnswer(written);

    [Theory]
    [MemberData(nameof(Table))]
    public void Every_name_in_the_table_is_answered(string written) => Assert.NotNull(RequireAnswer(written));

    [Theory]
    [MemberData(nameof(Misplaced))]
    public void A_name_behind_the_wrong_option_is_told_the_right_one(string written) => RequireAnswer(written);

    [Theory]
    [InlineData("efsigntopk", "topk+sign")]
    [InlineData("terngradtopk", "topk+terngrad")]
    [InlineData("efsignadacomp", "adacomp+sign")]
    [InlineData("terngradadacomp", "adacomp+terngrad")]
    [InlineData("varbased", "variance")]
    [InlineData("fp16", "float16")]
    [InlineData("fp16(overflow=saturate)", "float16(overflow=saturate)")]
    [InlineData("topk+fp16", "topk+float16")]
    [InlineData("adacomp+efsignsgd", "adacomp+sign")]
    [InlineData("varbased(alpha=2)+bf16", "variance(alpha=2)+bfloat16")]
    public void A_name_that_acts_is_the_composition_with_its_options(string name, string composition) =>
        Assert.Equal(Pipelines.Plan(composition).Compressor, Pipelines.Plan(name).Compressor);

    [Fact]
    public void Options_behind_a_name_of_two_parts_are_sent_to_the_parts() => Assert.Contains(
        "topk+sign", Assert.Throws<UserErrorException>(() => Pipelines.Plan("efsigntopk(ratio=0.1)")).Message, StringComparison.Ordinal);

    // Null where the name acts; else the refusal, whose suggestion has been composed.
    private static string? RequireAnswer(string written)
    {
        try
        {
            Compose(written);
            return null;
        }
        catch (UserErrorException refusal)
        {
            // An exchange that is there but does not carry dense floats is no matter of its name.
            if (written.StartsWith("--exchange", StringComparison.Ordinal) && refusal.Message.Contains(" carries ", StringComparison.Ordinal))
            {
                return null;
            }

            Assert.Equal(ExitCode.Usage, refusal.Code);
            int at = refusal.Message.IndexOf(" --", StringComparison.Ordinal);
            Assert.True(at > 0, refusal.Message);
            Compose(refusal.Message[(at + 1)..].TrimEnd('.'));
            return refusal.Message;
        }
    }

    private static void Compose(string commandLine)
    {
        var words = commandLine.Replace("'", "", StringComparison.Ordinal).Split(' ').Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.All(words.Keys, key => Assert.Contains(key, (string[])["--compressor", "--memory", "--exchange"]));
        Pipelines.Plan(
            words.GetValueOrDefault("--compressor", "none"), words.GetValueOrDefault("--memory", "auto"), words.GetValueOrDefault("--exchange", "auto"));
    }
}
