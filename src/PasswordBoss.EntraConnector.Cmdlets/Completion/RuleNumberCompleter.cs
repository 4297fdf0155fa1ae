using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;

namespace PasswordBoss.EntraConnector.Completion;

/// <summary>Completes the numbers of the sync rules: the stored value first, then usual ones. A rule without usual values has only its stored one.</summary>
public sealed class RuleNumberCompleter : StoredWordCompleter
{
    private static readonly Dictionary<string, int[]> Usual = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(PBSyncRule.DeleteAfterDays)] = [0, 7, 14, 30, 60, 90],
        [nameof(PBSyncRule.MaxRemovalPercent)] = [5, 10, 20, 30, 50],
        [nameof(PBSyncRule.MaxRemovalCount)] = [0, 5, 10, 20, 50],
        [nameof(PBSyncRule.FullSyncHours)] = [6, 12, 24, 48, 72],
    };

    private protected override IEnumerable<StoredWord> List(ConnectorService service, CompletionContext context) =>
        context.Connections(service).Select(name => Stored(service.GetRules(name), context.Parameter)).Concat(Usual.TryGetValue(context.Parameter, out var usual) ? usual : [])
            .Select(number => new StoredWord(number.ToString(CultureInfo.InvariantCulture)));

    private static int Stored(PBSyncRule rules, string parameter) =>
        (int)typeof(PBSyncRule).GetProperty(parameter, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)!.GetValue(rules)!;
}
