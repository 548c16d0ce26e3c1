using Compression.Core.Reporting;
using Compression.Experiments.NetworkLab;

namespace Compression.Experiments.Tests.NetworkLab;

/// <summary>A test that makes network namespaces; skipped, with the reason, where that is not allowed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsLabFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> s_reason = new(() =>
    {
        try
        {
            using var lab = new LabNetwork(1, null);
            return null;
        }
        catch (UserErrorException refused)
        {
            return refused.Message;
        }
    });

    public NeedsLabFactAttribute() => Skip = s_reason.Value;
}
