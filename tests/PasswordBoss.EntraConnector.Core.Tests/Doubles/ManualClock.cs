using System;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

internal sealed class ManualClock : IClock
{
    public DateTimeOffset UtcNow { get; private set; } = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    public void Advance(TimeSpan time) => UtcNow += time;
}
