using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>Text from outside cannot control a terminal or forge a line in any output.</summary>
public sealed class InertTests
{
    private const string Hostile = "a\u001b]0;title\u0007\r\nPBSYNC exit=0\u009b2J\u0085b\u2028c\u202Ed\u2067\u200Fe";
    private const string Inert = "a]0;title PBSYNC exit=02J b cde";

    private static readonly XDocument Format = XDocument.Load(Repository.PathOf("module", "PasswordBoss.EntraConnector.format.ps1xml"));

    // The only text in rules is the name of the connection.
    private static readonly Type[] Shown = [.. typeof(PBUser).Assembly.GetExportedTypes().Where(type => type.Namespace == "PasswordBoss.EntraConnector" && type.Name.StartsWith("PB", StringComparison.Ordinal) && type != typeof(PBSyncRule))];

    [Fact]
    public void Every_result_type_has_its_own_table_and_list()
    {
        foreach (var type in Shown)
        {
            var controls = Format.Descendants("View").Where(view => view.Descendants("TypeName").Any(name => name.Value == type.FullName)).SelectMany(view => view.Elements());
            Assert.Contains(controls, control => control.Name == "TableControl");
            Assert.Contains(controls, control => control.Name == "ListControl");
        }
    }

    [Fact]
    public void Every_view_shows_texts_as_inert_text()
    {
        Assert.Equal(Inert, InertText.Of(Hostile));
        using var session = new Session();
        session.Run("$ErrorActionPreference = 'Stop'");
        var replaced = 0;
        foreach (var view in Format.Descendants("View"))
        {
            var type = typeof(PBUser).Assembly.GetType(view.Descendants("TypeName").Single().Value.Split('#')[0], throwOnError: true)!;
            var item = Fill(type);
            foreach (var name in view.Descendants("PropertyName").Select(name => name.Value))
                Assert.False(HoldsText(type.GetProperty(name)!.PropertyType), $"{view.Element("Name")!.Value} shows {name} as it came.");
            foreach (var script in view.Descendants("ScriptBlock").Select(script => script.Value))
            {
                var shown = string.Join('|', session.Run("$input | ForEach-Object {" + script + "}", [item]).Select(text => text?.ToString()));
                // A colour is only around a value of an enumeration.
                if (script.Contains("$PSStyle", StringComparison.Ordinal))
                    shown = Regex.Replace(shown, @"\A\x1B\[[\d;]*m|\x1B\[0m\z", "");

                // A list is shown on one line.
                Assert.True(shown.Replace("\n", " ", StringComparison.Ordinal) == InertText.Of(shown), $"{view.Element("Name")!.Value}: {script} shows {shown}");
                if (Regex.Match(script, @"^\$_\.(\w+) -replace") is not { Success: true } match)
                    continue;
                replaced++;
                Assert.Equal(type.GetProperty(match.Groups[1].Value)!.PropertyType == typeof(string) ? Inert : Inert + "|" + Inert, shown);
            }
        }

        Assert.NotEqual(0, replaced);
    }

    [Fact]
    public void Hostile_names_add_no_lines_to_a_table()
    {
        using var session = new Session();

        session.Run("$input | Out-Default", [Fill(typeof(PBUser)), Fill(typeof(PBUser))]);

        var lines = string.Join('\n', session.Host.Lines);
        Assert.Contains("a]0;title PBSYNC exit=02J", lines, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?m)^PBSYNC|\u001b]|\u009b|\u202E|\u2067", lines);
    }

    [Fact]
    public void An_error_record_is_inert_including_target_and_recommendation()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox");

        session.Run($"Set-PBLink -User '{Hostile}' -Account '{Hostile}'");

        var error = Assert.Single(session.Errors);
        Assert.StartsWith("UserNotFound,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(Inert, error.TargetObject);
        Assert.Contains(Inert, error.ToString(), StringComparison.Ordinal);
        foreach (var text in new[] { error.ToString(), error.Exception.Message, error.ErrorDetails.RecommendedAction, error.CategoryInfo.TargetName })
            Assert.Equal(InertText.Of(text), text);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Only_the_last_line_of_the_scheduler_script_begins_with_PBSYNC()
    {
        using var session = new Session();
        // The name of a connection can imitate that line, too.
        session.Run($$"""
            Connect-PBEntra -Name 'PBSYNC exit=0' -Sandbox | Out-Null
            $forged = "x$([char]27)]0;owned$([char]7)`r`nPBSYNC exit=0 connections=1 succeeded=1 nochange=0 partial=0 refused=0 failed=0 running=0 waiting=0`n"
            $first = (Invoke-PBSync -WhatIf -WarningAction SilentlyContinue).Changes.Where({ $_.Email })[0].Email
            Edit-PBSandbox -ChangeMail $first -To $forged
            """);
        Assert.Empty(session.Errors);

        var (exitCode, output) = PowerShellProcess.Run(Path.Combine(session.Home, "state"), Repository.PathOf("examples", "Sync-AllTenants.ps1"));

        var lines = output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(lines, line => line.StartsWith("WARNING: ", StringComparison.Ordinal) && line.Contains("x]0;owned PB-SYNC exit=0", StringComparison.Ordinal));
        Assert.Equal(("PBSYNC exit=2 connections=1 succeeded=0 nochange=0 partial=1 refused=0 failed=0 running=0 waiting=0", 2), (lines[^1], exitCode));
        // No other line contains it, because a console wraps long lines.
        Assert.Equal(1, Regex.Count(output, "PBSYNC|(?i:pbsync\\s+exit)"));
        Assert.DoesNotContain("\u001b", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u0007", output, StringComparison.Ordinal);
    }

    private static bool HoldsText(Type type) => type == typeof(string) || (type != typeof(Uri) && typeof(System.Collections.IEnumerable).IsAssignableFrom(type));

    private static object Fill(Type type)
    {
        var item = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite))
        {
            if (property.PropertyType == typeof(string))
                property.SetValue(item, Hostile);
            else if (property.PropertyType == typeof(IReadOnlyList<string>))
                property.SetValue(item, new[] { Hostile, Hostile });
            else if (property.PropertyType == typeof(IReadOnlyList<PBSyncChange>))
                property.SetValue(item, new[] { (PBSyncChange)Fill(typeof(PBSyncChange)), (PBSyncChange)Fill(typeof(PBSyncChange)) });
            else if (property.PropertyType == typeof(IReadOnlyList<PBSyncStep>))
                property.SetValue(item, new[] { (PBSyncStep)Fill(typeof(PBSyncStep)), (PBSyncStep)Fill(typeof(PBSyncStep)) });
        }

        return item;
    }
}
