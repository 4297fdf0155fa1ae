using System;
using System.IO;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>A program that a Linux desktop runs to open a browser, and that follows the sign-in without a user.</summary>
internal static class StandInBrowser
{
    private const string Script = """
        #!/bin/sh
        form=$(curl --silent --insecure "$1")
        field() { printf %s "$form" | sed -n "s/.*$1=\"\([^\"]*\)\".*/\1/p"; }
        exec curl --silent --output /dev/null --data-urlencode "code=$(field 'name=.code. value')" --data-urlencode "state=$(field 'name=.state. value')" "$(field action)"

        """;

    /// <summary>Whether it works on this machine.</summary>
    public static bool Available => OperatingSystem.IsLinux() && File.Exists("/usr/bin/curl");

    /// <summary>Writes the program to a folder, which must be in <c>PATH</c>. Without a value of <c>DISPLAY</c>, it is not run.</summary>
    /// <param name="folder">The folder.</param>
    public static void WriteTo(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var program = Path.Combine(folder, "xdg-open");
        File.WriteAllText(program, Script);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
