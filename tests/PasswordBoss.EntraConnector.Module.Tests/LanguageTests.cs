using System;
using System.IO;
using System.Linq;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The language follows that of the session when a text is shown, not when it was made.</summary>
[Trait("Speed", "Slow")]
public sealed class LanguageTests
{
    private const string French = "[cultureinfo]::CurrentUICulture = 'fr-FR'; ";
    private const string English = "[cultureinfo]::CurrentUICulture = 'en-US'; ";

    [Fact]
    public void A_history_written_in_one_language_is_read_in_another()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox");
        var written = Assert.Single(session.Get<PBSyncResult>(English + "Invoke-PBSync"));

        var read = Assert.Single(session.Get<PBSyncResult>(French + "Get-PBSyncHistory"));
        var status = Assert.Single(session.Get<PBConnectorStatus>(French + "Get-PBConnectorStatus"));

        Assert.StartsWith("22 created, ", written.Message, StringComparison.Ordinal);
        Assert.StartsWith("Comptes créés\u00A0: 22, ", read.Message, StringComparison.Ordinal);
        Assert.Contains("est l'adresse de plusieurs utilisateurs", status.Message, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\b(the|was|user)\b", status.Message);
        Assert.Contains(written.Changes, change => change.Reason == "new in group 'Password Boss Users'");
        Assert.Contains(read.Changes, change => change.Reason == "nouveau dans le groupe «\u00A0Password Boss Users\u00A0»");
        Assert.All(read.Changes.Where(change => change.Message is not null), change => Assert.DoesNotMatch(@"\b(the|was|user)\b", change.Message));
        Assert.Equal(written.Warnings.Count, read.Warnings.Count);
        Assert.DoesNotContain(read.Warnings, warning => written.Warnings.Contains(warning));
    }

    [Fact]
    public void A_run_in_French_shows_French_and_logs_and_stores_what_all_can_read()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox");

        session.Run(French + "Invoke-PBSync -WhatIf");
        Assert.Contains(session.Host.Lines, line => line.Contains("Créer le compte ", StringComparison.Ordinal));

        var result = Assert.Single(session.Get<PBSyncResult>(French + "Invoke-PBSync -LogPath $env:PBENTRA_HOME/../logs/sync.log"));
        Assert.StartsWith("Comptes créés\u00A0: 22, ", result.Message, StringComparison.Ordinal);
        Assert.StartsWith("22 created, ", Assert.Single(session.Get<PBSyncResult>(English + "Get-PBSyncHistory")).Message, StringComparison.Ordinal);
        var log = File.ReadAllText(Path.Combine(session.Home, "logs", "sync.log"));
        Assert.Contains("22 created, ", log, StringComparison.Ordinal);
        Assert.DoesNotContain("Comptes", log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_is_in_French_and_a_table_keeps_its_headers()
    {
        using var session = new Session();
        session.Run(English + "Connect-PBEntra -Sandbox; Invoke-PBSync");
        var path = Path.Combine(session.Home, "report");

        session.Run(French + $"Export-PBSyncReport -Path '{path}.html'; Export-PBSyncReport -Path '{path}.csv' -Csv");

        var page = File.ReadAllText(path + ".html");
        Assert.StartsWith("<!doctype html>\n<html lang=\"fr\">", page, StringComparison.Ordinal);
        Assert.Contains("nouveau dans le groupe", page, StringComparison.Ordinal);
        Assert.DoesNotContain("new in group", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("[>\"](Written|Changes over time|Find a connection|Next sync|Held back)[<\"]", page);
        var table = File.ReadAllLines(path + ".csv");
        Assert.StartsWith("Connection,Time,RunId,Action,", table[0].TrimStart('\uFEFF'), StringComparison.Ordinal);
        Assert.Contains(table, row => row.Contains("nouveau dans le groupe", StringComparison.Ordinal));
    }

    // A session keeps the help that it has read.
    [Theory]
    [InlineData("fr-FR", true)]
    [InlineData("fr-CA", true)]
    [InlineData("fr-BE", true)]
    [InlineData("fr-CH", true)]
    [InlineData("fr", true)]
    [InlineData("en-US", false)]
    [InlineData("en-CA", false)]
    [InlineData("de-CH", false)]
    public void Help_messages_and_the_report_are_in_the_language_of_the_session(string culture, bool isFrench)
    {
        using var session = new Session();
        var path = Path.Combine(session.Home, "report.html");
        session.Run($"[cultureinfo]::CurrentUICulture = '{culture}'; Connect-PBEntra -Sandbox");

        Assert.Equal(isFrench ? "Liste les comptes de Password Boss." : "Lists the accounts in Password Boss.", Run("(Get-Help Get-PBUser).Synopsis"));
        Assert.Contains(isFrench ? "ce que le connecteur refuse" : "what the connector refuses to do", Run("Get-Help about_PBEntraConnector_Safety"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains(isFrench ? "Aucune exécution n'est encore terminée." : "No run has finished yet.", Run("(Get-PBConnectorStatus).Message"), StringComparison.Ordinal);
        session.Run($"[cultureinfo]::CurrentUICulture = '{culture}'; Export-PBSyncReport -Path '{path}'");
        Assert.StartsWith($"<!doctype html>\n<html lang=\"{(isFrench ? "fr" : "en")}\">", File.ReadAllText(path), StringComparison.Ordinal);

        string Run(string script) => Assert.Single(session.Run($"[cultureinfo]::CurrentUICulture = '{culture}'; {script}")).ToString();
    }

    [Fact]
    public void Errors_warnings_and_checks_are_in_French()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox");

        session.Run(French + "Set-PBSyncRule -DeletedUser Delete");
        Assert.Contains(session.Warnings, warning => warning.Contains("Delete désactive un compte immédiatement", StringComparison.Ordinal));

        var error = session.Fail(French + "Invoke-PBSync -Reapply");
        Assert.Equal("-Reapply relit tous les utilisateurs et nécessite donc -Full.", error.ErrorDetails.Message);
        Assert.Equal("Exécutez Invoke-PBSync -Full -Reapply, d'abord avec -WhatIf.", error.ErrorDetails.RecommendedAction);
        Assert.Equal(error.ErrorDetails.Message, Assert.Single(session.Run(French + "$Error[0].Exception.Message")).BaseObject);

        Assert.Contains(session.Get<PBConnectionCheck>(French + "Test-PBConnection"), check => check.Detail == "Le bac à sable s'exécute dans ce processus.");
    }
}
