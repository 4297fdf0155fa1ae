using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Reflection;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>Arguments that no command can use: each is an error of the catalogue, before anything is read or written.</summary>
[Trait("Speed", "Slow")]
public sealed class UnusableArgumentTests : IDisposable
{
    private const string Unclosed = "[";
    private const string Blank = " ";

    private readonly Session session = new();

    public UnusableArgumentTests()
    {
        Directory.CreateDirectory(Work);
        session.Run($"Connect-PBEntra -Name One -Sandbox; [void] $ExecutionContext.SessionState.Path.SetLocation('{Work}')");
    }

    private string Work => Path.Combine(session.Home, "work");

    public void Dispose() => session.Dispose();

    [Fact]
    public void A_pattern_that_is_not_closed_is_an_error_of_each_parameter_that_takes_patterns()
    {
        var parameters = Commands().SelectMany(command => command.Parameters.Values.Where(parameter => TakesPatterns(command, parameter)).Select(parameter => (command, parameter))).ToList();

        Assert.Contains(parameters, item => (item.command.Name, item.parameter.Name) == ("Get-PBSyncHistory", "User"));
        // The tag of an alert is removed as it was given, so it is no pattern there.
        Assert.All(parameters.Where(item => (item.command.Name, item.parameter.Name) != ("Unregister-PBAlert", "Tag")), item =>
        {
            var error = ErrorOf(item.command, item.parameter, Unclosed);
            Assert.StartsWith("PatternInvalid,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.Contains("'['", error.ToString(), StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("Get-PBSyncHistory -User")]
    [InlineData("Get-PBConnection -Tag")]
    [InlineData("Get-PBConnection -Name")]
    public void A_pattern_with_a_range_in_the_wrong_order_is_an_error(string command)
    {
        var output = session.Run($"try {{ {command} '[z-a]' }} catch {{ $_ }}");

        var error = Assert.Single(session.Errors.Concat(output.Select(item => item.BaseObject).OfType<ErrorRecord>()));
        Assert.StartsWith("PatternInvalid,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-PBSyncHistory -User '`['")]
    [InlineData("Get-PBUser -Email '[a-c]*'")]
    [InlineData("Get-PBConnection -Name ']'")]
    public void Other_patterns_are_no_error(string script)
    {
        session.Run(script);

        Assert.Empty(session.Errors);
    }

    [Fact]
    public void A_path_of_white_space_is_an_error_of_each_parameter_that_takes_a_path()
    {
        var parameters = Commands().SelectMany(command => command.Parameters.Values.Where(TakesPath).Select(parameter => (command, parameter))).ToList();

        // A certificate path of white space counts as not given.
        Assert.Equal(["CertificatePath", "LogPath", "Path"], parameters.Select(item => item.parameter.Name).Distinct().Order(StringComparer.Ordinal));
        Assert.All(parameters.Where(item => item.parameter.Name != "CertificatePath"), item =>
        {
            var error = ErrorOf(item.command, item.parameter, Blank);
            Assert.StartsWith("FileUnusable,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.Contains("white space", error.ToString(), StringComparison.Ordinal);
        });
        Assert.Empty(Directory.EnumerateFileSystemEntries(Work));
    }

    private List<CmdletInfo> Commands() => session.Run("Get-Command -Module PasswordBoss.EntraConnector").Select(item => (CmdletInfo)item.BaseObject).ToList();

    // A command that changes connections takes only full names.
    private static bool TakesPatterns(CmdletInfo command, ParameterMetadata parameter)
    {
        var takesNames = command.ImplementingType.GetProperty("TakesWildcards", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(Activator.CreateInstance(command.ImplementingType)) is true;
        return parameter.Name is "Name" or "Connection" ? takesNames : parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any();
    }

    private static bool TakesPath(ParameterMetadata parameter) => parameter.Name.EndsWith("Path", StringComparison.Ordinal) && parameter.ParameterType == typeof(string);

    private ErrorRecord ErrorOf(CmdletInfo command, ParameterMetadata parameter, string value)
    {
        var required = command.Parameters.Values
            .Where(other => other != parameter && !other.SwitchParameter && other.Attributes.OfType<ParameterAttribute>().Any(attribute => attribute.Mandatory))
            .Select(other => $"-{other.Name} {(other.Name == "Passphrase" ? "$passphrase" : "https://x.example/")}");
        var script = $"$passphrase = [System.Net.NetworkCredential]::new('', 'a passphrase for a test').SecurePassword; try {{ {command.Name} -{parameter.Name} '{value}' {string.Join(' ', required)} }} catch {{ $_ }}";
        var output = session.Run(script);
        var errors = session.Errors.Concat(output.Select(item => item.BaseObject).OfType<ErrorRecord>()).ToList();
        Assert.True(errors.Count == 1, $"{script}\n{string.Join('\n', errors.Select(error => $"{error.FullyQualifiedErrorId} {error}"))}");
        return errors[0];
    }
}
