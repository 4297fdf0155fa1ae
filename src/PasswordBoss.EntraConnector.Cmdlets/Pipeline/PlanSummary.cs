using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>Formats a plan as one line: how many actions of each kind it has.</summary>
internal static class PlanSummary
{
    internal static string Of(string connection, IReadOnlyCollection<PlannedChange> actions)
    {
        var parts = actions.GroupBy(action => Texts.Part(action.Action, "").Id, StringComparer.Ordinal)
            .OrderBy(kind => kind.Min(action => action.Action))
            .Select(kind => Texts.Part(kind.First().Action, Number(kind.Count())).Render());
        return Texts.ApproveSummary(Number(actions.Count), connection, string.Join(", ", parts)).Render();
    }

    internal static string Number(int number) => number.ToString(CultureInfo.CurrentCulture);
}
