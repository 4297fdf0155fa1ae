using System;
using System.Management.Automation.Host;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>A screen of 120 columns, of which the engine leaves the last one empty. It supports no other operation.</summary>
internal sealed class CapturedScreen : PSHostRawUserInterface
{
    private static readonly Size Area = new(120, 50);

    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

    public override Size BufferSize { get; set; } = Area;

    public override Coordinates CursorPosition { get; set; }

    public override int CursorSize { get; set; }

    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.White;

    public override bool KeyAvailable => false;

    public override Size MaxPhysicalWindowSize => Area;

    public override Size MaxWindowSize => Area;

    public override Coordinates WindowPosition { get; set; }

    public override Size WindowSize { get; set; } = Area;

    public override string WindowTitle { get; set; } = "";

    public override void FlushInputBuffer()
    {
    }

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new NotSupportedException();

    public override KeyInfo ReadKey(ReadKeyOptions options) => throw new NotSupportedException();

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw new NotSupportedException();

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw new NotSupportedException();

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw new NotSupportedException();
}
