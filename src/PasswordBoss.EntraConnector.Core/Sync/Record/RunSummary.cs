using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>What a run did, or would do, in one sentence.</summary>
internal static class RunSummary
{
    /// <summary>The sentence. Only one about a run that adopted accounts mentions adoptions: so what older runs stored keeps its meaning.</summary>
    /// <param name="counts">How many changes of each kind.</param>
    /// <param name="outcome">How the run ended.</param>
    /// <param name="preview">Whether nothing was done.</param>
    public static Message Of(ChangeCounts counts, SyncOutcome outcome, bool preview)
    {
        var numbers = new List<int>
        {
            counts.Created, counts.Updated, counts.Enabled, counts.Disabled, counts.Deleted, counts.Converted, counts.Groups, counts.Skipped, counts.Failed,
        };
        if (counts.Adopted > 0)
            numbers.Insert(1, counts.Adopted);
        var id = (preview, outcome == SyncOutcome.Partial, counts.Adopted > 0) switch
        {
            (true, _, false) => "Summary_Planned",
            (true, _, true) => "Summary_PlannedWithAdoptions",
            (_, true, false) => "Summary_Partial",
            (_, true, true) => "Summary_PartialWithAdoptions",
            (_, _, false) => "Summary_Succeeded",
            _ => "Summary_SucceededWithAdoptions",
        };
        return new Message(id, numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)).ToArray());
    }
}
